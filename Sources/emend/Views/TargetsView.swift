/// What `targets` says.
struct TargetsView: View {
  struct Document: Encodable {
    let targets: Int
    let shard: Int
    let shards: Int
  }

  let document: Document

  init(count: Int, shard: Shard) {
    document = Document(targets: count, shard: shard.index + 1, shards: shard.count)
  }

  func write(to page: Page) {
    page.line(
      "\(Figures.count(document.targets, "target")) of share \(document.shard)/\(document.shards)")
  }
}
