// SPDX-License-Identifier: Apache-2.0

internal import CSystemd

/// An answer from the bus. libsystemd has checked that it is well formed; what it holds is read without knowing it beforehand.
@safe struct BusMessage: ~Copyable {
  private let message: OpaquePointer

  /// Takes the message over.
  init(_ message: OpaquePointer) { unsafe self.message = unsafe message }

  deinit { unsafe sd_bus_message_unref(message) }

  /// The properties, `a{sv}`; those whose type is none of `BusValue`'s are left out.
  func properties() -> [String: BusValue]? {
    guard enter("a", "{sv}") > 0 else { return nil }
    var properties: [String: BusValue] = [:]
    while true {
      let entry = enter("e", "sv")
      guard entry > 0 else { return entry == 0 ? properties : nil }
      guard let name = text("s"), let contents = contentsOfVariant(), enter("v", contents) > 0 else {
        return nil
      }
      guard let value = value(of: contents) else { return nil }
      if let value { properties[name] = value }
      guard leave(), leave() else { return nil }
    }
  }

  /// The number at the end of a job's path, which is all that the message holds.
  func jobOfPath() -> UInt32? { text("o")?.split(separator: "/").last.flatMap { UInt32($0) } }

  /// The result of a job, where the message announces its end.
  func resultOfJob(_ job: UInt32) -> String? {
    guard unsafe sd_bus_message_is_signal(message, "org.freedesktop.systemd1.Manager", "JobRemoved") > 0,
      number(UInt32(0), "u") == .some(.number(Int64(job))), text("o") != nil, text("s") != nil
    else {
      return nil
    }
    return text("s")
  }

  /// Nil where it cannot be read; nil in it where it is of no type that we know.
  private func value(of type: String) -> BusValue?? {
    switch type {
    case "s": text("s").map { .some(.text($0)) }
    case "b": number(Int32(0), "b")
    case "i": number(Int32(0), "i")
    case "u": number(UInt32(0), "u")
    case "t": number(UInt64(0), "t")
    case "x": number(Int64(0), "x")
    case "ay": bytes().map { .some(.bytes($0)) }
    case "(uo)": structure("uo") { number(UInt32(0), "u") }
    // The name of an error and its words.
    case "(ss)":
      structure("ss") {
        guard text("s") != nil else { return nil }
        return text("s").map { .some(.text($0)) }
      }
    default: skip(type) ? .some(nil) : nil
    }
  }

  private func structure(_ contents: String, _ read: () -> BusValue??) -> BusValue?? {
    guard enter("r", contents) > 0, let value = read() else { return nil }
    if contents == "uo" { _ = skip("o") }
    return leave() ? .some(value) : nil
  }

  private func number<Number: FixedWidthInteger>(_ zero: Number, _ type: Character) -> BusValue?? {
    var number = zero
    guard unsafe sd_bus_message_read_basic(message, Self.code(type), &number) > 0 else { return nil }
    return .some(.number(Int64(clamping: number)))
  }

  /// A string, or a path.
  private func text(_ type: Character) -> String? {
    var text: UnsafePointer<CChar>?
    guard unsafe sd_bus_message_read_basic(message, Self.code(type), &text) > 0, let text = unsafe text else {
      return nil
    }
    return unsafe String(cString: text)
  }

  private func bytes() -> [UInt8]? {
    var start: UnsafeRawPointer?
    var count = 0
    guard unsafe sd_bus_message_read_array(message, Self.code("y"), &start, &count) >= 0 else { return nil }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  private func contentsOfVariant() -> String? {
    var type: CChar = 0
    var contents: UnsafePointer<CChar>?
    guard unsafe sd_bus_message_peek_type(message, &type, &contents) > 0, type == Self.code("v"),
      let contents = unsafe contents
    else {
      return nil
    }
    return unsafe String(cString: contents)
  }

  private func skip(_ type: String) -> Bool { unsafe sd_bus_message_skip(message, type) >= 0 }

  /// Above 0 where there was one to enter, 0 at the end, below where it is something else.
  private func enter(_ type: Character, _ contents: String) -> Int32 {
    unsafe sd_bus_message_enter_container(message, Self.code(type), contents)
  }

  private func leave() -> Bool { unsafe sd_bus_message_exit_container(message) >= 0 }

  private static func code(_ type: Character) -> CChar { CChar(type.asciiValue ?? 0) }
}
