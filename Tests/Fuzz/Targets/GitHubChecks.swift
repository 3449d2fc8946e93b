// SPDX-License-Identifier: Apache-2.0

import Core
import GitHub
import Platform
import Simulation

private let workflow = Workflow(repository: "o/r", file: "w.yml", ref: "main", inputs: ["a": "b"])

/// One answer to every call: the first byte is its status.
func checkWorkflows(_ bytes: [UInt8]) throws {
  let statuses = [200, 200, 200, 204, 302, 400, 401, 403, 404, 422, 429, 500]
  let status = statuses[Int(bytes.first ?? 0) % statuses.count]
  let client = GitHubClient(
    api: "https://api.github.com", token: "s3cr3t-token",
    transport: Parrot(
      response: HTTPResponse(status: status, headers: [], body: Array(bytes.dropFirst()))),
    userAgent: "rollwatch/0", limits: exchangeLimits)
  let world = SimulatedWorld(start: fuzzStart)
  let reasons = try world.run { await refusals(of: client) }
  for reason in reasons {
    try expectLine(reason, atMost: 5_000)
    try expect(!reason.contains("s3cr3t"), "a secret in \(reason)")
  }
}

/// What every call says that has no answer it can use.
private func refusals(of client: GitHubClient) async -> [String] {
  var reasons: [String] = []
  do throws(Failure) { _ = try await client.state(of: workflow) } catch { reasons.append(error.reason) }
  do throws(Failure) { _ = try await client.dispatchedRuns(of: workflow) } catch {
    reasons.append(error.reason)
  }
  do throws(Failure) { _ = try await client.run(1, of: workflow) } catch { reasons.append(error.reason) }
  do throws(Failure) {
    _ = try await client.failedJobs(ofRun: 1, of: workflow)
  } catch { reasons.append(error.reason) }
  do throws(Failure) {
    _ = try await client.dispatch(workflow, restart: "r")
  } catch { reasons.append(error.reason) }
  return reasons
}
