/// The directory that a path's last part is in: `.` for a bare name, `/` for the root.
func parentDirectory(of path: String) -> String {
  let bare = withoutTrailingSlashes(path)
  guard let slash = bare.lastIndex(of: "/") else { return "." }
  return slash == bare.startIndex ? "/" : withoutTrailingSlashes(String(bare[..<slash]))
}

/// The last part of a path.
func lastPart(of path: String) -> String {
  let bare = withoutTrailingSlashes(path)
  guard let slash = bare.lastIndex(of: "/") else { return bare }
  return String(bare[bare.index(after: slash)...])
}

private func withoutTrailingSlashes(_ path: String) -> String {
  var bare = path[...]
  while bare.count > 1, bare.last == "/" { bare.removeLast() }
  return String(bare)
}
