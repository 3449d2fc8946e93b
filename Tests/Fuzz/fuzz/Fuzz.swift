// SPDX-License-Identifier: Apache-2.0
// fuzz TARGET LIBFUZZER-ARGUMENT…: libFuzzer on one target. Built only where ROLLWATCH_FUZZ is set, with -sanitize=fuzzer, which
// brings the program's start.

import FuzzTargets
import Glibc

/// What C calls `char **`.
public typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

private let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.init)

/// Takes the target's name away, so that libFuzzer sees only what is for it.
@_cdecl("LLVMFuzzerInitialize")
public func begin(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>) -> CInt {
  guard target != nil else {
    for target in FuzzTarget.allCases { print(target.rawValue) }
    exit(count.pointee > 1 ? 2 : 0)
  }
  count.pointee -= 1
  arguments.pointee[1] = arguments.pointee[0]
  arguments.pointee += 1
  return 0
}

/// Ends the process where something does not hold of the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try target?.check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  } catch {
    fatalError("\(error)")
  }
}
