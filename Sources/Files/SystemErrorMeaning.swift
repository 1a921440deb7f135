internal import Glibc

/// What an `errno` means to somebody who has never heard of one, and what to do about it.
struct SystemErrorMeaning {
  let clause: String
  let remedy: String?

  init(code: Int32) {
    (clause, remedy) =
      switch code {
      case ENOENT: ("there is no such file or directory", "Check the path.")
      case EACCES: ("permission denied", "Check its owner and permissions with `ls -l`.")
      case EPERM: ("the operation is not permitted", "Check its owner and attributes.")
      case EEXIST: ("it exists already", "Choose another name, or move it out of the way first.")
      case ENOSPC: ("the disk is full", "Make room on that file system and try again.")
      case EDQUOT: ("the disk quota is used up", "Make room and try again.")
      case EFBIG: ("the file system does not allow files this large", "Use another file system.")
      case EROFS: ("the file system is read-only", "Choose a place that can be written to.")
      case EIO: ("the disk reported an error", "Check the disk; `dmesg` may say more.")
      case EMFILE: ("this process has too many files open", "Raise the limit with `ulimit -n`.")
      case ENFILE: ("the system has too many files open", "Close other programs and try again.")
      case ENOTDIR: ("a part of the path is not a directory", "Check the path.")
      case EISDIR: ("it is a directory", "Give the path of a file.")
      case ENOTEMPTY: ("the directory is not empty", "Choose another name, or empty it first.")
      case ELOOP: ("its symbolic links go round in a circle", "Check the links with `ls -l`.")
      case ENAMETOOLONG: ("the name is too long", "Choose a shorter one.")
      case EXDEV: ("source and destination are on different file systems", "Copy it instead.")
      case EMLINK: ("it has too many links already", "Copy it instead.")
      case EBUSY: ("it is in use", "Find who uses it with `fuser`, then try again.")
      case ENOMEM: ("there is not enough memory", "Close other programs and try again.")
      case ENODEV: ("it cannot be mapped into memory", "Copy it to an ordinary file system.")
      case ENOLCK, EOPNOTSUPP:
        ("the file system does not support it", "Use a local file system.")
      case ESTALE: ("the network file system lost it", "Mount it again.")
      default: (String(cString: strerror(code)), nil)
      }
  }
}
