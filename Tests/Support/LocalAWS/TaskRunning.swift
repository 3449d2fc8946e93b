// SPDX-License-Identifier: Apache-2.0
// `RunTask`: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html

import Core

/// The tasks that are run once, and how the next ones will go.
struct OneTasks: Sendable {
  fileprivate(set) var all: [OneTask] = []
  /// By the family of their definition; the default ends at once, with 0.
  var courses: [String: TaskCourse] = [:]
  var nextCourses: [String: [TaskCourse]] = [:]
  /// What was asked for with each client token, and answered.
  private var answers: [String: (request: JSON, answer: Answer)] = [:]

  fileprivate struct Answer: Sendable {
    var arns: [String]
    var failures: [JSON]
  }

  mutating func advance(to now: Timestamp) {
    for index in all.indices { all[index].advance(to: now) }
    // Stopped tasks are shown for an hour.
    all.removeAll { $0.stoppedAt.map { $0 < now - .seconds(3_600) } ?? false }
  }

  mutating func stop(_ arn: String, reason: String, at now: Timestamp) -> JSON? {
    guard let index = all.firstIndex(where: { $0.arn == arn }) else { return nil }
    all[index].stop(reason: reason, at: now)
    return all[index].described
  }

  fileprivate func known(_ token: String?, _ request: JSON) throws(APIError) -> Answer? {
    guard let token, let earlier = answers[token] else { return nil }
    guard earlier.request == request else {
      throw APIError(
        "ConflictException", "The clientToken is already in use with a different RunTask request.")
    }
    return earlier.answer
  }

  fileprivate mutating func keep(_ answer: Answer, for token: String?, _ request: JSON) {
    // Where nothing was started, the same request may be made again.
    if let token, !answer.arns.isEmpty { answers[token] = (request, answer) }
  }

  fileprivate mutating func course(of family: String) -> TaskCourse {
    if var next = nextCourses[family], !next.isEmpty {
      defer { nextCourses[family] = next }
      return next.removeFirst()
    }
    return courses[family] ?? .ends(after: .zero, codes: [:])
  }

  fileprivate func described(_ answer: Answer) -> JSON {
    let tasks = answer.arns.compactMap { arn in all.first { $0.arn == arn }?.described }
    return ["tasks": .array(tasks), "failures": .array(answer.failures)]
  }
}

extension ContainerStore {
  mutating func runTask(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let count = call.input["count"]?.integer ?? 1
    guard 1...10 ~= count else {
      throw APIError("InvalidParameterException", "Count should be between 1 and 10.")
    }
    let (token, startedBy) = (try call.text("clientToken"), try call.text("startedBy") ?? "")
    guard startedBy.count <= 128, (token ?? "").count <= 64 else {
      throw APIError("InvalidParameterException", "startedBy or clientToken is too long.")
    }
    if let known = try oneTasks.known(token, call.input) { return oneTasks.described(known) }
    let definition = try runnableDefinition(call)
    let answer = start(
      count, of: definition, in: cluster, startedBy: startedBy,
      launchType: try call.text("launchType") ?? "EC2", at: now)
    oneTasks.keep(answer, for: token, call.input)
    oneTasks.advance(to: now)
    return oneTasks.described(answer)
  }

  private func runnableDefinition(_ call: Call) throws(APIError) -> JSON {
    guard let definition = try? taskDefinition(try call.require("taskDefinition")) else {
      throw APIError("ClientException", "TaskDefinition not found.")
    }
    guard definition["status"] == "ACTIVE" else {
      throw APIError("ClientException", "TaskDefinition is inactive")
    }
    let hasNetwork = call.input["networkConfiguration"]?["awsvpcConfiguration"] != nil
    switch (definition["networkMode"]?.string == "awsvpc", hasNetwork) {
    case (true, false):
      throw APIError(
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    case (false, true):
      throw APIError(
        "InvalidParameterException",
        "Network Configuration is not valid for the given networkMode of this task definition.")
    case (true, true), (false, false): return definition
    }
  }

  private mutating func start(
    _ count: Int, of definition: JSON, in cluster: String, startedBy: String, launchType: String,
    at now: Timestamp
  ) -> OneTasks.Answer {
    let family = definition["family"]?.string ?? ""
    let course = oneTasks.course(of: family)
    var (starting, failures): (Int, [JSON]) = (count, [])
    if case .isRefused(let most, let reason, let detail) = course {
      starting = min(most, count)
      let failure = JSON.present(["reason": .string(reason), "detail": detail.map(JSON.string)])
      failures = Array(repeating: failure, count: count - starting)
    }
    let containers = (definition["containerDefinitions"]?.array ?? []).compactMap { $0["name"]?.string }
    let new = (0..<starting).map { _ in
      OneTask(
        arn: place.arn("ecs", "task/\(cluster)/\(nextID())"), cluster: cluster,
        clusterARN: clusterARN(cluster),
        group: "family:\(family)", startedBy: startedBy,
        taskDefinition: definition["taskDefinitionArn"]?.string ?? "", launchType: launchType,
        containers: containers.isEmpty ? ["app"] : containers, createdAt: now, course: course)
    }
    oneTasks.all += new
    return OneTasks.Answer(arns: new.map(\.arn), failures: failures)
  }
}
