import FoundationEssentials

/// Where a path leads from here, for programs that run elsewhere.
func absolutePath(_ path: String) -> String {
  path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
