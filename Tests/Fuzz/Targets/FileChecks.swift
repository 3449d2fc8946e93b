// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation

@testable import AWS

/// A home directory with the files of the input that is looked at.
final class ScratchFiles {
  private let folder = TemporaryFolder()
  var home: String { folder.path }

  init() { folder.makeFolder(".aws/sso/cache") }

  func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}

/// The first part is the config file, the second the credentials file, the third the profile's name.
func checkSharedFiles(_ bytes: [UInt8]) throws {
  let scratch = ScratchFiles()
  let parts = parts(bytes, 3)
  try scratch.write(parts[0], to: scratch.home + "/.aws/config")
  try scratch.write(parts[1], to: scratch.home + "/.aws/credentials")
  var environment: [String: String] = [:]
  if !parts[2].isEmpty { environment["AWS_PROFILE"] = String(decoding: parts[2], as: UTF8.self) }
  do {
    let configuration = try AWSConfiguration.resolve(environment: environment, home: scratch.home)
    for service in AWSServiceName.allCases {
      _ = configuration.endpointOptions.url(of: service, in: configuration.region ?? "eu-west-2")
    }
    let plan = try CredentialsPlan(configuration)
    if case .process(let words, _) = plan.origin { try expect(!words.isEmpty, "no program to run") }
  } catch let failure as ConfigurationFailure {
    try expectWords(failure.message, atMost: 8_000 + 8 * bytes.count)
  }
}
