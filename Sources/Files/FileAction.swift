/// What was being done to a file when it failed; the raw value completes "could not …".
package enum FileAction: String, Sendable {
  case open = "open it"
  case inspect = "look at it"
  case read = "read it"
  case map = "map it into memory"
  case create = "create it"
  case write = "write to it"
  case sync = "bring it to the disk"
  case replace = "move it into its place"
  case remove = "remove it"
  case link = "make a hard link to it"
  case list = "list what it contains"
  case makeDirectory = "make the directory"
  case lock = "lock it"
}
