// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Core

/// The tasks of one deployment, and those before it, as far as they tell why it came to a bad end.
struct DeploymentTasks {
  let client: AWSClient
  let service: ECSService
  /// `ecs-svc/…`, a service deployment's ARN, or the id of a deployment of CodeDeploy.
  let deployment: String

  /// What they tell. That the protected tasks cannot be read, for which another permission is needed, is no failure.
  func evidence() async throws(Failure) -> Evidence {
    do throws(AWSFailure) {
      let begin = try await begin()
      let stopped = try await stoppedTasks(since: begin)
      var evidence = Evidence(
        stoppedTasks: stopped.map(StoppedTask.init), protectedTasks: [], gaps: [])
      do throws(AWSFailure) {
        evidence.protectedTasks = try await protectedTasks(before: begin).map(\.lastPart)
      } catch {
        evidence.gaps = ["whether tasks are protected could not be read: \(error)"]
      }
      return evidence
    } catch {
      throw Failure(error)
    }
  }

  /// When the deployment was made; nil for a rolling one, whose tasks bear its id.
  private func begin() async throws(AWSFailure) -> Timestamp? {
    if deployment.hasPrefix("d-") { return try await client.getDeployment(deployment).createdAt }
    guard deployment.hasPrefix("arn:") else { return nil }
    return try await client.describeServiceDeployments([deployment]).first?.createdAt
  }

  /// The last to stop first.
  private func stoppedTasks(since begin: Timestamp?) async throws(AWSFailure) -> [TaskDescription] {
    let arns =
      begin == nil
      ? try await client.listTasks(
        cluster: service.cluster, startedBy: deployment, desiredStatus: .stopped)
      : try await client.listTasks(
        cluster: service.cluster, service: service.name, desiredStatus: .stopped)
    guard !arns.isEmpty else { return [] }
    let tasks = try await client.describeTasks(cluster: service.cluster, tasks: Array(arns.prefix(100)))
    return tasks.filter { task in begin.map { (task.createdAt ?? $0) >= $0 } ?? true }
      .sorted {
        ($1.stoppedAt ?? $1.createdAt ?? .distantPast, $1.arn) < (
          $0.stoppedAt ?? $0.createdAt ?? .distantPast, $0.arn
        )
      }
  }

  /// Tasks that are older than the deployment, run, and are protected.
  private func protectedTasks(before begin: Timestamp?) async throws(AWSFailure) -> [String] {
    let running = try await client.listTasks(
      cluster: service.cluster, service: service.name, desiredStatus: .running)
    guard !running.isEmpty else { return [] }
    let protected = try await client.protectedTasks(
      cluster: service.cluster, among: Array(running.prefix(100)))
    guard !protected.isEmpty else { return [] }
    guard let begin else {
      let own = try await client.listTasks(
        cluster: service.cluster, startedBy: deployment, desiredStatus: .running)
      return protected.filter { !own.contains($0) }.sorted()
    }
    let tasks = try await client.describeTasks(cluster: service.cluster, tasks: protected)
    return tasks.filter { ($0.createdAt ?? begin) < begin }.map(\.arn).sorted()
  }
}

extension Timestamp {
  fileprivate static let distantPast = Timestamp(milliseconds: 0)
}
