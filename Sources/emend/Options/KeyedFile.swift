internal import ArgumentParser

/// What a file is for, and the file, written `key=file`.
struct KeyedFile<Key: ExpressibleByArgument>: ExpressibleByArgument {
  let key: Key
  let path: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let key = Key(argument: String(parts[0])) else { return nil }
    self.key = key
    path = String(parts[1])
  }
}
