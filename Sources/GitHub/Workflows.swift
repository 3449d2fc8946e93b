// SPDX-License-Identifier: Apache-2.0
// Workflows, their dispatch and their runs: https://docs.github.com/rest/actions

public import Core
internal import JSON
internal import Platform

/// One run of a workflow.
public struct WorkflowRun: Hashable, Sendable {
  /// Names it in its repository.
  public var id: Int64
  /// `queued`, `in_progress`, `waiting`, `completed` and others.
  public var status: String
  /// How it came out, once it is completed: `success`, `failure`, `cancelled` and others.
  public var conclusion: String?
  /// When it was made, by GitHub's clock, in whole seconds.
  public var createdAt: Timestamp
  /// Its page.
  public var page: String
}

extension GitHubClient {
  /// GitHub's word for a workflow's state: `active`, or why it does not run.
  public func state(of workflow: Workflow) async throws(Failure) -> String {
    try await get(workflow.path) { (json) throws(JSONFailure) in
      var state: String?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "state": state = try json.string()
        default: try json.skip()
        }
      }
      guard let state else { throw JSONFailure("'state' is missing") }
      return state
    }
  }

  /// The newest runs that dispatches of the workflow have begun for its ref, newest first.
  public func dispatchedRuns(of workflow: Workflow) async throws(Failure) -> [WorkflowRun] {
    let query = "event=workflow_dispatch&branch=\(workflow.ref.percentEncoded)&per_page=10"
    let runs = try await get("\(workflow.path)/runs?\(query)") { (json) throws(JSONFailure) in
      var runs: [WorkflowRun] = []
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "workflow_runs":
          try json.array { (json) throws(JSONFailure) in runs.append(try json.workflowRun()) }
        default: try json.skip()
        }
      }
      return runs
    }
    return runs.sorted { $0.id > $1.id }
  }

  /// One run.
  public func run(_ id: Int64, of workflow: Workflow) async throws(Failure) -> WorkflowRun {
    try await get("/repos/\(workflow.repository)/actions/runs/\(id)") { (json) throws(JSONFailure) in
      try json.workflowRun()
    }
  }

  /// The names of the jobs of a run that did not succeed.
  public func failedJobs(ofRun id: Int64, of workflow: Workflow) async throws(Failure) -> [String] {
    let path = "/repos/\(workflow.repository)/actions/runs/\(id)/jobs?per_page=100"
    return try await get(path) { (json) throws(JSONFailure) in
      var names: [String] = []
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "jobs":
          try json.array { (json) throws(JSONFailure) in
            if let name = try json.failedJob() { names.append(name) }
          }
        default: try json.skip()
        }
      }
      return names
    }
  }

  /// Starts a run of the workflow, and returns its id; nil where this GitHub does not tell it.
  ///
  /// - Parameter restart: the restart's id, which the user agent carries.
  public func dispatch(_ workflow: Workflow, restart: String) async throws(Failure) -> Int64? {
    do {
      return try await dispatch(workflow, restart: restart, asksForRun: true)
    } catch {
      // A GitHub Enterprise Server of before 3.21 refuses what it does not know, and does nothing.
      guard error.kind == .permanent, error.reason.contains("status 400") else { throw error }
      return try await dispatch(workflow, restart: restart, asksForRun: false)
    }
  }

  private func dispatch(
    _ workflow: Workflow, restart: String, asksForRun: Bool
  ) async throws(Failure) -> Int64? {
    let inputs = workflow.inputs.sorted { $0.key < $1.key }
      .map { JSONValue.Member($0.key, .string($0.value)) }
    let request: JSONValue = [
      "ref": .string(workflow.ref), "inputs": inputs.isEmpty ? nil : .object(inputs),
      "return_run_details": asksForRun ? .bool(true) : nil,
    ]
    let answer = try await post("\(workflow.path)/dispatches", request, restart: restart)
    return (try? JSONValue(reading: answer.body))?["workflow_run_id"]?.integer
  }
}

extension Workflow {
  fileprivate var path: String { "/repos/\(repository)/actions/workflows/\(file)" }
}

extension String {
  /// As part of a query.
  fileprivate var percentEncoded: String {
    utf8.map { byte in
      let isPlain =
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || "-._~".utf8.contains(byte)
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(UnicodeScalar(byte)) : byte < 16 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }
}

extension JSONReader {
  fileprivate mutating func workflowRun() throws(JSONFailure) -> WorkflowRun {
    var (id, created): (Int64?, Timestamp?)
    var (status, conclusion, page): (String?, String?, String?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "id": id = try json.integer()
      case "status": status = try json.optionalText()
      case "conclusion": conclusion = try json.optionalText()
      case "html_url": page = try json.optionalText()
      case "created_at": created = Timestamp(gitHub: try json.string())
      default: try json.skip()
      }
    }
    guard let id, let created else { throw JSONFailure("'id' or 'created_at' is missing") }
    return WorkflowRun(
      id: id, status: status ?? "", conclusion: conclusion, createdAt: created, page: page ?? "")
  }

  /// The name of a job that did not succeed.
  fileprivate mutating func failedJob() throws(JSONFailure) -> String? {
    var (name, conclusion): (String?, String?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "name": name = try json.optionalText()
      case "conclusion": conclusion = try json.optionalText()
      default: try json.skip()
      }
    }
    let isGood = ["success", "skipped", "neutral"].contains(conclusion ?? "success")
    return isGood ? nil : name
  }

  private mutating func optionalText() throws(JSONFailure) -> String? { takeNull() ? nil : try string() }
}

extension Timestamp {
  /// `2026-11-23T04:19:53Z`.
  fileprivate init?(gitHub text: String) {
    self.init(written: text.utf8.count == 20 ? "\(text.dropLast()).000Z" : text)
  }
}
