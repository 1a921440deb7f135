/// Trees by what is in them, kept while many others are asked that share most of them.
struct RecentTrees {
  private static let countLimit = 4096
  private let database: ObjectDatabase
  private var kept: [ObjectID: [String: ObjectID]] = [:]

  init(_ database: ObjectDatabase) { self.database = database }

  /// What a path leads to from a root; `nil` where it leads nowhere, or where a tree on the way cannot be read.
  mutating func object(at path: [String], in root: ObjectID) -> ObjectID? {
    path.reduce(root) { id, name in id.flatMap { entries(of: $0)[name] } }
  }

  private mutating func entries(of id: ObjectID) -> [String: ObjectID] {
    if let entries = kept[id] { return entries }
    let read = (try? database.tree(id))?.entries ?? []
    let entries = Dictionary(read.map { ($0.name, $0.id) }) { first, _ in first }
    if kept.count >= Self.countLimit { kept = [:] }
    kept[id] = entries
    return entries
  }
}
