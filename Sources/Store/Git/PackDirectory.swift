import Files

/// The packs of a repository: `objects/pack`.
struct PackDirectory {
  /// Its path.
  let path: String

  /// In the directory of a repository's objects.
  init(ofObjects objects: String) { path = objects + "/pack" }

  /// Takes over the packs that another directory of the same file system holds, where they are whole.
  ///
  /// A pack is seen when its index has come. That comes last, as in Git: an index that is there alone is what
  /// `git gc` takes for a remnant and removes.
  func takeOver(from source: String) throws(FileFailure) {
    let names = try listDirectory(source)
    let packs = names.filter { $0.hasSuffix(".idx") }.map { String($0.dropLast(".idx".count)) }
    guard !packs.isEmpty else { return }
    try makeDirectories(path)
    for pack in packs where try fileKind(at: "\(path)/\(pack).idx") == nil {
      for ending in [".pack", ".rev", ".idx"] where names.contains(pack + ending) {
        try moveFile("\(source)/\(pack)\(ending)", to: "\(path)/\(pack)\(ending)")
      }
    }
    try syncDirectory(path)
  }
}
