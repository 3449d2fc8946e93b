// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Testing

@testable import AWS

/// The sources that need no network: keys that stand somewhere, and programs.
struct CredentialsSourceTests {
  @Test func `the environment gives keys, token and end`() async throws {
    let full = EnvironmentKeys(environment: [
      "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
      "AWS_CREDENTIAL_EXPIRATION": "2026-11-23T12:00:00Z",
    ])
    let credentials = try await full.fetch()
    #expect(credentials.accessKeyID == "AKIA" && credentials.secretAccessKey == "s")
    #expect(
      credentials.sessionToken == "t"
        && credentials.expiration == timestamp(internetTime: "2026-11-23T12:00:00Z"))
    let bare = EnvironmentKeys(environment: [
      "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "",
    ])
    let keys = try await bare.fetch()
    #expect(keys.sessionToken == nil && keys.expiration == nil)
  }

  @Test func `an end that is no time is an error`() async {
    let keys = EnvironmentKeys(environment: [
      "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "AWS_CREDENTIAL_EXPIRATION": "tomorrow",
    ])
    let message = await message { try await keys.fetch() }
    #expect(message.hasPrefix("AWS_CREDENTIAL_EXPIRATION is not a time") && !message.contains("s3cr3t"))
  }

  @Test func `a profile's keys are those of the file that is there now`() async throws {
    let home = Home()
    try home.write(".aws/config", "[default]\naws_access_key_id = C\naws_secret_access_key = c\n")
    let keys = ProfileKeys(profile: "default", environment: [:], home: home.path)
    #expect(try await keys.fetch().accessKeyID == "C")
    try home.write(
      ".aws/credentials",
      "[default]\naws_access_key_id = D\naws_secret_access_key = d\naws_session_token = t\n")
    let credentials = try await keys.fetch()
    #expect(
      credentials.accessKeyID == "D" && credentials.secretAccessKey == "d" && credentials.sessionToken == "t")
  }

  @Test func `half a pair of keys names its line, not its value`() async throws {
    let home = Home()
    let file = try home.write(".aws/credentials", "[default]\naws_access_key_id = AKIAX\n")
    let message = await message {
      try await ProfileKeys(profile: "default", environment: [:], home: home.path).fetch()
    }
    #expect(message.hasPrefix("\(file):2: aws_access_key_id without") && !message.contains("AKIAX"))
  }

  // MARK: credential_process

  private let home: Home
  init() throws { home = Home() }

  private func process(
    _ script: String, time: StillTime = StillTime(sleep: .lasts), environment: [String: String] = [:]
  ) throws -> CredentialProcess {
    let file = try home.write("get credentials", "#!/bin/sh\n" + script + "\n", permissions: 0o700)
    return CredentialProcess(
      words: [file, "a b", "$HOME"], profile: "p", environment: environment, time: time)
  }

  @Test func `a program is run without a shell, in the environment that we are in`() async throws {
    let script = """
      cat <<END
      {"Version": 1, "AccessKeyId": "$1/$2/$#", "SecretAccessKey": "$MARK", "SessionToken": "t",
       "Expiration": "2026-11-23T12:00:00Z"}
      END
      """
    let credentials = try await process(script, environment: ["MARK": "m", "PATH": "/usr/bin:/bin"]).fetch()
    #expect(credentials.accessKeyID == "a b/$HOME/2" && credentials.secretAccessKey == "m")
    #expect(
      credentials.sessionToken == "t"
        && credentials.expiration == timestamp(internetTime: "2026-11-23T12:00:00Z"))
  }

  @Test func `a program gets no secret of ours, and cannot speak for us to the service manager`() async throws
  {
    let withheld = [
      "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "NOTIFY_SOCKET",
    ]
    let script = """
      cat <<END
      {"Version": 1, "AccessKeyId": "$(env | grep -c hidden)", "SecretAccessKey": "s"}
      END
      """
    let environment = Dictionary(
      uniqueKeysWithValues: withheld.map { ($0, "hidden") } + [("PATH", "/usr/bin:/bin")])
    #expect(try await process(script, environment: environment).fetch().accessKeyID == "0")
  }

  @Test func `a program without a path is looked for in PATH`() async throws {
    try home.write(
      "fetch", "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}'\n",
      permissions: 0o700)
    let environment = ["PATH": home.path]
    let found = CredentialProcess(
      words: ["fetch"], profile: "p", environment: environment, time: StillTime(sleep: .lasts))
    #expect(try await found.fetch().accessKeyID == "A")
    let missing = CredentialProcess(
      words: ["no-such-program"], profile: "p", environment: environment, time: StillTime(sleep: .lasts))
    let message = await message { try await missing.fetch() }
    #expect(
      message
        == "credential_process of the profile \"p\" (no-such-program) was not found; write its full path")
  }

  @Test(
    arguments: [
      ("echo 'please sign in' >&2; exit 3", "ended with exit status 3: please sign in"),
      ("echo one >&2; echo 'key wJalrXUtnFEMI7K0 bad' >&2; exit 1", "ended with exit status 1: key … bad"),
      ("kill -9 $$", "ended with signal 9"), ("echo nothing", "did not answer with credentials in JSON"),
      (
        "echo '{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s3cr3t\"}'",
        "no document of \"Version\": 1"
      ),
      ("echo '{\"Version\":1,\"AccessKeyId\":\"A\"}'", "without SecretAccessKey"),
      (
        "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s3cr3t\",\"Expiration\":\"soon\"}'",
        "an Expiration that is no time"
      ), ("head -c 100000 /dev/zero", "printed more than 65536 bytes"),
    ])
  func `a program that fails is an error that shows no secret`(_ script: String, _ expected: String)
    async throws
  {
    let process = try process(script, environment: ["PATH": "/usr/bin:/bin"])
    let message = await message { try await process.fetch() }
    #expect(message.contains(expected) && message.hasPrefix("credential_process of the profile \"p\""))
    #expect(!message.contains("s3cr3t") && !message.contains("wJalr"))
  }

  /// Its limit passes as soon as the program runs.
  private struct UntilRunning: TimeSource {
    let marker: String

    func now() -> Timestamp { Timestamp(milliseconds: 0) }
    func elapsed() -> Duration { .zero }

    func sleep(for duration: Duration) async throws(CancellationError) {
      while !FileManager.default.fileExists(atPath: marker), !Task.isCancelled { await Task.yield() }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a program that hangs is ended, with what it has started`() async throws {
    let marker = home.path + "/child"
    let script = try home.write(
      "hang", "#!/bin/sh\nsleep 1000 &\necho $! > pid; mv pid child; wait\n", permissions: 0o700)
    let environment = ["PATH": "/usr/bin:/bin"]
    let process = CredentialProcess(
      words: ["/bin/sh", "-c", "cd '\(home.path)'; . '\(script)'"], profile: "p", environment: environment,
      time: UntilRunning(marker: marker))
    #expect(await message { try await process.fetch() }.contains("ran longer than"))
    let child = try String(contentsOfFile: marker, encoding: .utf8).filter(\.isNumber)
    // Dying takes the kernel a moment.
    while isRunning(child) { await Task.yield() }
  }

  private func isRunning(_ process: String) -> Bool {
    let fields = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8).split(separator: " ")
    return fields.map { $0[2] != "Z" } ?? false
  }

  // MARK: Time

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-23T04:19:53Z", 1_795_407_593_000),
      ("2026-11-23T00:57:30.983911Z", 1_795_395_450_983), ("2026-11-23T04:19:53+00:00", 1_795_407_593_000),
      ("2026-11-23T06:19:53+02:00", 1_795_407_593_000), ("2026-11-23T04:19:53UTC", 1_795_407_593_000),
      ("2024-02-29T23:59:59.5Z", 1_709_251_199_500), ("2026-11-22 23:19:53-0500", 1_795_407_593_000),
    ] as [(String, Int64)])
  func `a time is read in all the ways that AWS writes it`(_ text: String, _ milliseconds: Int64) {
    #expect(timestamp(internetTime: text)?.milliseconds == milliseconds)
  }

  @Test(
    arguments: [
      "", "2026-11-23", "2026-11-23T04:19:53", "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z",
      "2026-11-23T04:19:53.Z",
      "20261123T041953Z", "2026-11-23T04:19:53 EST", "2026-11-23T04:19:53Zx", "２026-11-23T04:19:53Z",
    ])
  func `what is no time is nothing`(_ text: String) {
    #expect(timestamp(internetTime: text) == nil)
  }
}
