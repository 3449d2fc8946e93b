// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AWS

struct XMLTreeTests {
  private func tree(_ text: String) throws -> XMLTree { try XMLTree(Array(text.utf8), sizeLimit: 10_000) }

  @Test func `elements, text, references and sections are read`() throws {
    let root = try tree(
      """
      \u{FEFF}<?xml version="1.0"?><!-- a --><a:r xmlns:a="x>y" b='1'> <c>1 &lt; 2 &amp;&#x20;&#51;</c><!-- b -->
      <d/><d><![CDATA[<e>&amp;]]></d ></a:r>

      """)
    #expect(root.name == "r" && root.children.map(\.name) == ["c", "d", "d"])
    #expect(root.child("c")?.text == "1 < 2 & 3" && root.children[2].text == "<e>&amp;")
    #expect(root.descendant("d")?.text == "" && root.descendant("d", "x") == nil)
  }

  @Test(
    arguments: [
      "", "x", "<a>", "<a></b>", "<a><b></a></b>", "<a b></a>", "<a b=c></a>", "<a b='c></a>", "<a/>x",
      "<a/><a/>", "<a>&nbsp;</a>", "<a>&</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#-1;</a>", "<",
      "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a><![CDATA[x</a>", "<a><!-- </a>", "< a/>", "<a>\u{0}</a",
    ])
  func `what is not well-formed, or declares types, is refused`(_ text: String) {
    #expect(throws: XMLFailure.self) { try tree(text) }
  }

  @Test func `depth and size are limited, and bytes that are no text are refused`() {
    let deep = String(repeating: "<a>", count: 1_000) + String(repeating: "</a>", count: 1_000)
    #expect(throws: XMLFailure.self) { try tree(deep) }
    #expect(throws: XMLFailure.self) { try tree("<a>\(String(repeating: "x", count: 10_000))</a>") }
    #expect(throws: XMLFailure.self) { try XMLTree([0x3C, 0x61, 0xFF, 0x2F, 0x3E], sizeLimit: 100) }
  }

  @Test func `a document cut anywhere is refused`() {
    let text = "<a b=\"c\"><d>e &amp; f</d><!-- g --><h/></a>"
    for length in 0..<text.utf8.count {
      #expect(throws: XMLFailure.self) { try tree(String(text.prefix(length))) }
    }
  }
}
