// SPDX-License-Identifier: Apache-2.0
// Everything that reads what somebody else wrote, each under a name. An input must never end the process, and what is made of it
// must hold what `FuzzTarget.check` says. The fuzzer looks for inputs that break this; the tests replay the kept ones.

/// One reader and what must hold of it for any bytes.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// A rules file.
  case rules
  /// The settings file.
  case settings
  /// Patterns over names, held against a matcher that does it the simple-minded way.
  case patterns
  /// An answer of SSM.
  case describeParameters = "describe-parameters"
  /// An answer of Secrets Manager.
  case listSecrets = "list-secrets"
  /// An answer of ECS with services.
  case describeServices = "describe-services"
  /// An answer of ECS to a change.
  case updateService = "update-service"
  /// An answer of ECS with the names of tasks.
  case listTasks = "list-tasks"
  /// An answer of ECS with tasks.
  case describeTasks = "describe-tasks"
  /// An answer of ECS with service deployments.
  case serviceDeployments = "service-deployments"
  /// An answer of ECS with the protection of tasks.
  case taskProtection = "task-protection"
  /// An answer of ECS to a request for tasks.
  case runTask = "run-task"
  /// An answer of ECS with a task definition.
  case describeTaskDefinition = "describe-task-definition"
  /// An answer of CodeDeploy with a deployment.
  case getDeployment = "get-deployment"
  /// An answer of CodeDeploy with deployment groups.
  case deploymentGroups = "deployment-groups"
  /// An answer of CodeDeploy with names.
  case listDeployments = "list-deployments"
  /// What GitHub says of workflows, their runs and jobs.
  case gitHub = "github"
  /// An error of any service, headers included.
  case errors
  /// The XML of STS.
  case sts
  /// The JSON in which metadata services, processes and IAM Identity Center hand out credentials.
  case credentials
  /// The shared config and credentials files.
  case sharedFiles = "shared-files"
  /// Times as they come in answers and headers.
  case times
  /// A compiled time zone.
  case timeZones = "time-zones"
  /// The texts of windows and freezes.
  case windows
  /// Any JSON, held against Foundation.
  case json
  /// The journal's lines.
  case records
  /// The journal's state of a target.
  case targetState = "target-state"

  /// Throws what does not hold of the input.
  public func check(_ bytes: [UInt8]) throws {
    switch self {
    case .rules: try checkRules(bytes)
    case .settings: try checkSettings(bytes)
    case .patterns: try checkPatterns(bytes)
    case .describeParameters, .listSecrets, .describeServices, .updateService, .listTasks, .describeTasks,
      .serviceDeployments, .taskProtection, .runTask, .describeTaskDefinition, .getDeployment,
      .deploymentGroups, .listDeployments, .errors:
      try checkAnswer(bytes, to: self)
    case .gitHub: try checkWorkflows(bytes)
    case .sts: try checkTokens(bytes)
    case .credentials: try checkCredentials(bytes)
    case .sharedFiles: try checkSharedFiles(bytes)
    case .times: try checkTimes(bytes)
    case .timeZones: try checkTimeZone(bytes)
    case .windows: try checkWindows(bytes)
    case .json: try checkJSON(bytes)
    case .records: try checkRecord(bytes)
    case .targetState: try checkTargetState(bytes)
    }
  }
}

/// What does not hold of an input.
public struct FuzzFinding: Error, CustomStringConvertible {
  /// In words, with the values that show it.
  public let description: String
}

/// Throws the words where the condition does not hold.
func expect(_ condition: Bool, _ words: @autoclosure () -> String) throws {
  if !condition { throw FuzzFinding(description: words()) }
}

/// One line for a terminal or log, whatever the input was.
func expectLine(_ text: String, atMost length: Int) throws {
  let isPlain = text.unicodeScalars.allSatisfy {
    switch $0.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
  try expect(isPlain && !text.isEmpty, "not one plain line: \(text.debugDescription)")
  try expect(text.utf8.count <= length, "\(text.utf8.count) bytes: \(text.prefix(200))…")
}

/// A message of few words. What in it could steer a terminal is written out where it is printed.
func expectWords(_ text: String, atMost length: Int) throws {
  try expect(!text.isEmpty && text.utf8.count <= length, "\(text.utf8.count) bytes: \(text.prefix(200))…")
}

/// The parts of an input that stands for several texts: they are separated by NUL.
func parts(_ bytes: [UInt8], _ count: Int) -> [[UInt8]] {
  let found = bytes.split(separator: 0, maxSplits: count - 1, omittingEmptySubsequences: false).map(
    Array.init)
  return found + Array(repeating: [], count: count - found.count)
}
