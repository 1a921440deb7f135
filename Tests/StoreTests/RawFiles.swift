import Files
import Glibc
import Testing

/// The names of a repository's packs.
func packs(in directory: String) throws -> [String] {
  try listDirectory(directory).filter { $0.hasSuffix(".pack") }
}

/// Removes a file or a directory.
func remove(_ path: String) throws { try removeTree(path) }

/// Changes one byte where it lies: libgit2 keeps packs mapped, by name, for as long as the process lives.
func flipByte(of path: String, at offset: Int) throws {
  let file = try #require(fopen(path, "r+"))
  defer { fclose(file) }
  fseek(file, offset, SEEK_SET)
  let byte = fgetc(file)
  fseek(file, offset, SEEK_SET)
  fputc(byte ^ 0x10, file)
}
