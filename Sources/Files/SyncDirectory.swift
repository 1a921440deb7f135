internal import Glibc

/// Brings a directory's entries to the disk: names made, renamed or removed in it survive a power cut.
package func syncDirectory(_ path: String) throws(FileFailure) {
  let descriptor = try OpenDescriptor(opening: path, O_RDONLY | O_DIRECTORY)
  do throws(FileFailure) {
    try descriptor.sync()
  } catch .system(_, _, EINVAL) {
    // Some network file systems have nothing to bring to a disk for a directory.
  }
}

/// Brings all files and directories of a tree to the disk, directories after what is in them.
func syncTree(_ path: String) throws(FileFailure) {
  for name in try listDirectory(path) {
    let inner = path + "/" + name
    switch try fileKindWithoutFollowing(at: inner) {
    case .directory: try syncTree(inner)
    case .regular: try OpenDescriptor(opening: inner, O_RDONLY).sync()
    case nil, .symbolicLink, .other: continue
    }
  }
  try syncDirectory(path)
}
