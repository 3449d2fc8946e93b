// SPDX-License-Identifier: Apache-2.0
// The part of GitHub's REST API that dispatches workflows and follows their runs: https://docs.github.com/rest/actions
// Runs go as they are told, by the time that is given.

public import Core
public import GitHub
public import LocalAWS
public import LocalReceiver
public import Platform

/// A GitHub with one repository and one workflow, in memory; over HTTP by a `LocalReceiver`.
public final class LocalGitHub: HTTPTransport {
  /// How the next runs go.
  public enum Course: Sendable {
    /// They are queued, run, and end so after a while; failed jobs have these names.
    case ends(after: Duration, conclusion: String, failedJobs: [String] = [])
    /// They have this status for ever.
    case stays(String)
  }

  /// What goes wrong with dispatches.
  public enum Fault: Sendable {
    /// The connection is cut, and the dispatch was carried out or not.
    case cut(tookEffect: Bool)
    /// An answer with this status and these words, and no run.
    case status(Int, String, fields: [(name: String, value: String)] = [])
  }

  private struct Run: Sendable {
    var id: Int64
    var createdAt: Timestamp
    var course: Course
    var inputs: JSON
    var userAgent: String
  }

  private struct State: Sendable {
    var runs: [Run] = []
    var course = Course.ends(after: .seconds(1), conclusion: "success")
    var faults: [Fault] = []
    /// Before 3.21 an Enterprise Server knows no `return_run_details` and answers 204.
    var isOld = false
    /// Runs are listed so long after their dispatch.
    var lag = Duration.zero
    var workflowState = "active"
  }

  /// The workflow that there is.
  public static let workflow = Workflow(repository: "acme/shop", file: "roll.yml", ref: "main", inputs: [:])
  /// What a request must bring.
  public static let token = "ghp_0123456789abcdefghij"

  /// A run that somebody has begun.
  public struct Beginning: Sendable {
    /// The run's id.
    public var run: Int64
    /// Who dispatched it.
    public var userAgent: String
    /// When that was, by GitHub's clock.
    public var at: Timestamp
  }

  private let state = Locked(State())
  private let time: any TimeSource
  private let repository: String
  private let firstRun: Int64
  private let began: @Sendable (Beginning) -> Void

  /// A GitHub that goes by this time, and whose runs are counted from a number. Every run is told of.
  public init(
    time: any TimeSource, repository: String = workflow.repository, firstRun: Int64 = 30_000_000_000,
    began: @escaping @Sendable (Beginning) -> Void = { _ in }
  ) {
    self.time = time
    self.repository = repository
    self.firstRun = firstRun
    self.began = began
  }

  // MARK: Steering

  /// Says how the next runs go.
  public func setCourse(_ course: Course) { state.withLock { $0.course = course } }
  /// The next dispatches meet these.
  public func inject(_ faults: Fault...) { state.withLock { $0.faults += faults } }
  /// Dispatches meet no faults any more.
  public func clearFaults() { state.withLock { $0.faults = [] } }
  /// Makes it an Enterprise Server of before 3.21, whose runs are listed so long after their dispatch.
  public func becomeOld(listingAfter lag: Duration) {
    state.withLock { state in
      state.isOld = true
      state.lag = lag
    }
  }
  /// Says what state the workflow is in.
  public func setWorkflow(_ word: String) { state.withLock { $0.workflowState = word } }
  /// Whether the workflow can be dispatched.
  public var isEnabled: Bool { state.withLock { $0.workflowState == "active" } }
  /// Somebody else's dispatch.
  public func dispatch() { begin(inputs: [:], userAgent: "gh") }

  // MARK: What came of it

  /// How many runs there are.
  public var runs: Int { state.withLock { $0.runs.count } }
  /// The inputs of the newest run.
  public var lastInputs: JSON? { state.withLock { $0.runs.last?.inputs } }
  /// Who dispatched the newest run.
  public var lastUserAgent: String? { state.withLock { $0.runs.last?.userAgent } }

  // MARK: Requests

  /// In memory.
  public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    let path = "/" + request.url.split(separator: "/", maxSplits: 2)[2]
    let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
    switch answer(request.method, path, headers, request.body) {
    case .cut: throw TransportFailure(kind: .cut, message: "the connection was cut", mayHaveArrived: true)
    case .silence: throw TransportFailure(kind: .timedOut, message: "no byte came", mayHaveArrived: true)
    case .status(let status, let fields, let body):
      let headers = fields.split(separator: "\r\n").map { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
      }
      return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }
  }

  /// Over HTTP.
  public func served() throws -> LocalReceiver {
    try LocalReceiver(answering: { [self] arrival, _ in
      let words = arrival.head.split(separator: " ")
      let headers = ["authorization", "user-agent"].map { ($0, arrival.header($0) ?? "") }
      return answer(
        String(words[0]), String(words[1]), Dictionary(uniqueKeysWithValues: headers), arrival.body)
    })
  }

  private func answer(
    _ method: String, _ path: String, _ headers: [String: String], _ body: [UInt8]
  ) -> LocalReceiver.Answer {
    guard headers["authorization"] == "Bearer \(Self.token)" else {
      return Self.refusal(401, "Bad credentials")
    }
    let parts = path.split(separator: "?")[0].split(separator: "/").map(String.init)
    guard parts.count > 4, "/\(parts[0...3].joined(separator: "/"))" == "/repos/\(repository)/actions" else {
      return Self.refusal(404, "Not Found")
    }
    switch (method, parts[4], parts.dropFirst(5).first, parts.dropFirst(6).first) {
    case ("GET", "workflows", "roll.yml", nil):
      return Self.success(["state": .string(state.withLock { $0.workflowState })])
    case ("GET", "workflows", "roll.yml", "runs"): return listing
    case ("POST", "workflows", "roll.yml", "dispatches"):
      return dispatched(body, headers["user-agent"] ?? "")
    case ("GET", "runs", let id?, nil): return one(id)
    case ("GET", "runs", let id?, "jobs"): return jobs(id)
    default: return Self.refusal(404, "Not Found")
    }
  }

  private func dispatched(_ body: [UInt8], _ userAgent: String) -> LocalReceiver.Answer {
    guard let request = try? JSON(reading: body) else { return Self.refusal(400, "Problems parsing JSON") }
    let (fault, isOld) = state.withLock { state in
      (state.faults.isEmpty ? nil : state.faults.removeFirst(), state.isOld)
    }
    let asksForRun = request["return_run_details"] != nil
    if isOld, asksForRun {
      return Self.refusal(400, "\"return_run_details\" is not a permitted key.")
    }
    guard request["ref"]?.string == "main" else {
      return Self.refusal(422, "No ref found for: \(request["ref"]?.string ?? "")")
    }
    switch fault {
    case .cut(let tookEffect):
      if tookEffect { begin(inputs: request["inputs"] ?? [:], userAgent: userAgent) }
      return .cut
    case .status(let status, let words, let fields):
      return .status(
        status, fields: fields.map { "\($0.name): \($0.value)\r\n" }.joined(),
        body: Self.text(["message": .string(words)]))
    case nil: break
    }
    let id = begin(inputs: request["inputs"] ?? [:], userAgent: userAgent)
    return asksForRun ? Self.success(["workflow_run_id": .integer(id)]) : .status(204)
  }

  @discardableResult
  private func begin(inputs: JSON, userAgent: String) -> Int64 {
    let now = time.now()
    let id = state.withLock { state in
      let id = firstRun + Int64(state.runs.count)
      state.runs.append(
        Run(id: id, createdAt: now, course: state.course, inputs: inputs, userAgent: userAgent))
      return id
    }
    began(Beginning(run: id, userAgent: userAgent, at: now))
    return id
  }

  // MARK: Runs

  private var listing: LocalReceiver.Answer {
    let now = time.now()
    let runs = state.withLock { state in
      state.runs.filter { $0.createdAt + state.lag <= now }.suffix(10).reversed().map(described)
    }
    return Self.success(["total_count": .integer(Int64(runs.count)), "workflow_runs": .array(runs)])
  }

  private func one(_ id: String) -> LocalReceiver.Answer {
    let run = state.withLock { state in state.runs.first { "\($0.id)" == id }.map(described) }
    return run.map(Self.success) ?? Self.refusal(404, "Not Found")
  }

  private func jobs(_ id: String) -> LocalReceiver.Answer {
    guard let run = state.withLock({ $0.runs.first { "\($0.id)" == id } }),
      case .ends(_, _, let names) = run.course
    else { return Self.refusal(404, "Not Found") }
    let jobs: [JSON] =
      [["name": "checkout", "conclusion": "success"]]
      + names.map { ["name": .string($0), "conclusion": "failure"] }
    return Self.success(["jobs": .array(jobs)])
  }

  private func described(_ run: Run) -> JSON {
    var (status, conclusion): (String, String?)
    switch run.course {
    case .stays(let word): (status, conclusion) = (word, nil)
    case .ends(let life, let word, _):
      let isOver = time.now() >= run.createdAt + life
      (status, conclusion) = (isOver ? "completed" : "in_progress", isOver ? word : nil)
    }
    return [
      "id": .integer(run.id), "status": .string(status), "conclusion": conclusion.map(JSON.string) ?? .null,
      "created_at": .string(run.createdAt.description.prefix(19) + "Z"),
      "html_url": .string("https://github.com/\(repository)/actions/runs/\(run.id)"),
    ]
  }

  // MARK: Answers

  private static func text(_ json: JSON) -> String { json.text }
  private static func success(_ json: JSON) -> LocalReceiver.Answer { .status(200, body: text(json)) }
  private static func refusal(_ status: Int, _ words: String) -> LocalReceiver.Answer {
    .status(status, body: text(["message": .string(words)]))
  }
}

extension LocalGitHub {
  /// A client of it, without a wire between.
  public var client: GitHubClient { .client(over: self, token: Self.token) }
}

extension GitHubClient {
  /// For those who name no workflow.
  public static var unused: GitHubClient { client(over: LocalGitHub(time: SystemClock()), token: nil) }

  /// A client over this transport.
  public static func client(over transport: any HTTPTransport, token: String?) -> GitHubClient {
    GitHubClient(
      api: "https://api.github.com", token: token, transport: transport, userAgent: "rollwatch/test",
      limits: HTTPLimits(
        connect: .seconds(1), silence: .seconds(1), total: .seconds(1), responseBytes: 1 << 20))
  }
}
