/// What `Package.swift` says about the rooms.
struct Manifest {
  struct Room {
    let name: String
    let dependencies: [String]
  }

  /// The rooms, lowest first: in the order of the file.
  let rooms: [Room]

  init() throws {
    let text = try SourceTree.file("Package.swift").lines.joined(separator: "\n")
    let room = /room\(\s*"(\w+)"\s*(?:,\s*\[([^\]]*)\])?\s*,?\s*\)/
    rooms = text.matches(of: room).map { match in
      let list = match.output.2 ?? ""
      return Room(
        name: String(match.output.1),
        dependencies: list.matches(of: /"(\w+)"/).map { String($0.output.1) })
    }
  }
}
