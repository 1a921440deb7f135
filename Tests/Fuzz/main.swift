// Hands a parser to libFuzzer: `emend-fuzz PARSER [libFuzzer's options and directories]`. See `make fuzz`.

import FuzzTargets
import Glibc

/// libFuzzer's entry for programs that have a `main` of their own.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

guard CommandLine.arguments.count > 1,
  let chosen = ParserTarget(rawValue: CommandLine.arguments[1])
else {
  print("usage: emend-fuzz PARSER [OPTION | DIRECTORY]…")
  print("parsers: " + ParserTarget.allCases.map(\.rawValue).joined(separator: " "))
  exit(2)
}
nonisolated(unsafe) let target = chosen

var words = CommandLine.arguments.enumerated().filter { $0.offset != 1 }.map { strdup($0.element) }
words.append(nil)
var count = Int32(words.count - 1)
let status = words.withUnsafeMutableBufferPointer { buffer -> Int32 in
  guard var arguments = buffer.baseAddress else { return 2 }
  return runFuzzer(&count, &arguments) { bytes, size in
    target.read(Array(UnsafeBufferPointer(start: bytes, count: size)))
    return 0
  }
}
exit(status)
