// SPDX-License-Identifier: Apache-2.0
// That the lab is a systemd in what the other tests rely on, shown on a unit of three lines.

import Testing

struct SystemdLabTests {
  @Test func `the lab tells readiness, status, watchdog and journal fields as systemd does`() async throws {
    try await SystemdLab.with { lab in
      try await lab.output(
        of: """
          cat >/etc/systemd/system/example.service <<'END'
          [Service]
          Type=notify
          NotifyAccess=all
          DynamicUser=yes
          StateDirectory=example
          WatchdogSec=1s
          Restart=on-failure
          ExecStart=sh -c 'touch $STATE_DIRECTORY/file; systemd-notify --ready --status=here; exec sleep infinity'
          END
          systemctl daemon-reload
          systemctl start example
          """)
      #expect(try await lab.property("ActiveState", of: "example") == "active")
      #expect(try await lab.property("StatusText", of: "example") == "here")
      #expect(try await lab.run("test -e /var/lib/private/example/file").status == 0)
      // Nobody feeds its watchdog.
      try await lab.wait(until: "[ $(systemctl show example --property=NRestarts --value) -ge 1 ]")
      try await lab.output(of: "printf 'MESSAGE=hello\\nEXAMPLE_KIND=greeting\\n' | logger --journald")
      #expect(try await lab.journal("EXAMPLE_KIND=greeting").map { $0["MESSAGE"] } == ["hello"])
    }
  }

  @Test func `what a lab writes is gone with it`() async throws {
    try await SystemdLab.with { lab in
      try await lab.output(of: "touch /usr/local/bin/of-the-lab /etc/of-the-lab")
    }
    #expect(try await Program.run("ls", ["/usr/local/bin/of-the-lab"]).status != 0)
  }
}
