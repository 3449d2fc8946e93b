// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

struct CampaignTests {
  /// `make campaign` has hundreds of rounds, and frozen processes too.
  @Test func `killed, starved and damaged at every moment, it loses nothing and doubles nothing`()
    async throws
  {
    func program(_ name: String) -> String { Program.products.appending(path: name).path }
    let campaign = try await Program.run(
      program("campaign"),
      ["--program", program("rollwatch"), "--rounds", "40", "--at-once", "2", "--freeze-every", "1000000"])
    #expect(campaign.status == 0, "\(campaign.output)")
  }
}
