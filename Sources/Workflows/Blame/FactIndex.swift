internal import Checkpoint
internal import Diagnostics
internal import Editing
internal import Files
internal import Store

/// Which commits brought and took which facts: an index in the cache, so that a question about one fact of a long history does
/// not read the history.
///
/// It grows by segments: what is new is read once, and small segments are joined until one is at the limit, so that building
/// takes bounded memory. A segment is named by its commits, which never change; it is sealed like every entry of the cache.
/// Whatever is missing or damaged is built again, and an answer that does not agree with the repository is taken as damage.
/// Where the disk takes nothing, what was built stays in memory and answers all the same.
final class FactIndex {
  /// By what facts are looked up.
  enum Table { case subject, prompt }

  /// A fact that was found: the edit that has it, and its line there.
  struct Candidate: Hashable {
    let edit: EditID
    let line: Int
  }

  private struct Part {
    let key: Digest
    let segment: HistorySegment
    let factCount: Int
    /// Its tables, where they could not be stored.
    var tables: Tables?
  }

  private struct Tables {
    let subjects: FactPostings
    let prompts: FactPostings
  }

  private let repository: EditRepository
  private let cache: DerivedCache
  private let progress: any ProgressSink
  /// Facts and commits that a segment has at most before a new one begins.
  private let limit = 1 << 19
  private var parts: [Part] = []
  private var numbers: [ObjectID: Int] = [:]
  /// Whether the disk takes what is built.
  private var isKept = true

  private static let history = DerivedCache.Kind("fact-history")
  private static let subjects = DerivedCache.Kind("fact-subjects")
  private static let prompts = DerivedCache.Kind("fact-prompts")
  private static let list = DerivedCache.Kind("fact-index")
  private static let listKey = Digest(of: Array("fact index 1".utf8))

  /// Asks the index of the history of commits: as the cache has it, with what it lacks; and built anew where that is damaged.
  ///
  /// - Parameter question: gives `nil` where the index does not agree with itself or the repository.
  /// - Throws: ``WorkflowError/indexUnusable(path:)``, what the store and `question` throw.
  static func ask<Answer>(
    _ repository: EditRepository, covering commits: [ObjectID], progress: any ProgressSink,
    _ question: (FactIndex) throws -> Answer?
  ) throws -> Answer {
    for beginsWithCache in [true, false] {
      let index = FactIndex(of: repository, progress: progress)
      if beginsWithCache { try index.load() }
      for commit in commits { try index.extend(to: commit) }
      if let answer = try question(index) { return answer }
    }
    throw WorkflowError.indexUnusable(path: repository.location.cacheDirectory)
  }

  private init(of repository: EditRepository, progress: any ProgressSink) {
    self.repository = repository
    self.progress = progress
    cache = DerivedCache(directory: repository.location.cacheDirectory)
  }

  // MARK: Asking

  /// The facts whose subject or prompt has a hash.
  /// - Returns: `nil` where a table is damaged.
  func candidates(_ hash: UInt32, in table: Table) throws -> [Candidate]? {
    var found: Set<Candidate> = []
    for part in parts {
      guard let postings = try postings(table, part) else { return nil }
      for posting in postings.postings(of: hash) {
        guard part.segment.edits.indices.contains(Int(posting.edit)) else { return nil }
        found.insert(
          Candidate(edit: part.segment.edits[Int(posting.edit)], line: Int(posting.line)))
      }
    }
    return Array(found)
  }

  /// The commits that brought or took an edit with a fact whose subject or prompt has a hash.
  /// - Returns: `nil` where a table is damaged.
  func commits(of hash: UInt32, in table: Table) throws -> Set<ObjectID>? {
    guard let candidates = try candidates(hash, in: table) else { return nil }
    let numbers = Set(Set(candidates.map(\.edit)).flatMap { events(of: $0).map(\.commit) })
    return Set(numbers.compactMap(commit))
  }

  /// For every number, whether the commit is in another's history.
  func isReached(from commit: ObjectID) -> [Bool] {
    var reached = Array(repeating: false, count: numbers.count)
    guard let start = numbers[commit] else { return reached }
    reached[start] = true
    for part in parts.reversed() {
      for (index, parents) in part.segment.parents.enumerated().reversed()
      where reached[part.segment.first + index] {
        for parent in parents { reached[Int(parent)] = true }
      }
    }
    return reached
  }

  /// For every number, how many commits the longest way to a first commit has.
  ///
  /// Unlike the numbers, which depend on when the index grew, it follows from the history alone.
  func depths() -> [Int] {
    var depths = Array(repeating: 0, count: numbers.count)
    for part in parts {
      for (index, parents) in part.segment.parents.enumerated() {
        depths[part.segment.first + index] = 1 + (parents.map { depths[Int($0)] }.max() ?? 0)
      }
    }
    return depths
  }

  /// What happened to an edit, the earliest first.
  func events(of edit: EditID) -> [HistorySegment.Event] {
    parts.flatMap { part in
      part.segment.place(of: edit).map { part.segment.events[$0] } ?? []
    }
  }

  /// The commit of a number.
  func commit(_ number: Int) -> ObjectID? {
    parts.first {
      $0.segment.first <= number && number < $0.segment.first + $0.segment.commits.count
    }
    .map { $0.segment.commits[number - $0.segment.first] }
  }

  // MARK: The cache

  private func postings(_ table: Table, _ part: Part) throws -> FactPostings? {
    if let tables = part.tables { return table == .subject ? tables.subjects : tables.prompts }
    let kind = table == .subject ? Self.subjects : Self.prompts
    guard case .hit(let bytes) = try cache.look(up: kind, part.key) else { return nil }
    return FactPostings(bytes)
  }

  /// Reads the list of segments and the segments; what cannot be read ends it, and is built again.
  private func load() throws {
    guard case .hit(let bytes) = try cache.look(up: Self.list, Self.listKey) else { return }
    let text = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let key = Digest(hexadecimal: String(words[0])),
        let factCount = Int(words[1]),
        case .hit(let bytes) = try cache.look(up: Self.history, key),
        let segment = bytes.withBytes({ HistorySegment($0) }), segment.first == numbers.count
      else { return }
      add(Part(key: key, segment: segment, factCount: factCount))
    }
  }

  private func add(_ part: Part) {
    for (index, commit) in part.segment.commits.enumerated() {
      numbers[commit] = part.segment.first + index
    }
    parts.append(part)
  }

  private func storeList() {
    let text = parts.map { "\($0.key) \($0.factCount)\n" }.joined()
    keep { try cache.store(Self.list, Self.listKey, Array(text.utf8)) }
  }

  /// Stores what was built, unless the disk has refused that before. That it does is told, and no failure.
  private func keep(_ store: () throws -> Void) {
    guard isKept else { return }
    do {
      try store()
    } catch {
      isKept = false
      let reason = Explanation(of: error).summary
      progress.warn("the index of facts cannot be kept, and is built for each question: \(reason)")
    }
  }

  private func remove(_ part: Part) {
    // What stays is in nobody's way: the list does not name it.
    for kind in [Self.history, Self.subjects, Self.prompts] {
      try? removeTree(cache.path(kind, part.key))
    }
  }

  // MARK: Building

  private func extend(to commit: ObjectID) throws {
    guard numbers[commit] == nil else { return }
    let commits = try missing(from: commit)
    var builder = Builder(from: numbers.count)
    for (index, entry) in commits.enumerated() {
      try append(entry, to: &builder)
      if builder.size >= limit {
        try keep(builder)
        builder = Builder(from: numbers.count)
      }
      progress.report(ProgressEvent(.index, done: index + 1, total: commits.count))
    }
    if !builder.segment.commits.isEmpty { try keep(builder) }
    storeList()
  }

  /// The commits of a history that the index lacks, parents before children.
  private func missing(from tip: ObjectID) throws -> [HistoryEntry] {
    var order: [HistoryEntry] = []
    var seen: Set<ObjectID> = []
    var path: [(entry: HistoryEntry, next: Int)] = []
    func enter(_ id: ObjectID) throws {
      guard numbers[id] == nil, seen.insert(id).inserted else { return }
      path.append((HistoryEntry(id: id, commit: try repository.commit(id)), 0))
    }
    try enter(tip)
    while let (entry, next) = path.last {
      if next < entry.commit.parents.count {
        path[path.count - 1].next += 1
        try enter(entry.commit.parents[next])
      } else {
        order.append(entry)
        path.removeLast()
      }
    }
    return order
  }

  private struct Builder {
    var segment: HistorySegment
    var events: [EditID: [HistorySegment.Event]] = [:]
    var subjects: [(hash: UInt32, edit: EditID, line: UInt32)] = []
    var prompts: [(hash: UInt32, edit: EditID, line: UInt32)] = []
    var known: Set<EditID> = []
    var size: Int { segment.commits.count + subjects.count }

    init(from first: Int) { segment = HistorySegment(from: first) }
  }

  private func append(_ entry: HistoryEntry, to builder: inout Builder) throws {
    let number = builder.segment.first + builder.segment.commits.count
    let changes = try repository.ownChanges(of: entry.id)
    numbers[entry.id] = number
    builder.segment.append(
      entry.id, parents: entry.commit.parents.compactMap { numbers[$0] })
    for id in changes.dropped {
      builder.events[id, default: []].append(.init(commit: number, isDrop: true))
    }
    for id in changes.added {
      builder.events[id, default: []].append(.init(commit: number, isDrop: false))
      // The facts of an edit never change: those that a segment has need not be read again.
      guard builder.known.insert(id).inserted,
        !parts.contains(where: { part in
          part.segment.place(of: id).map {
            part.segment.events[$0].contains { !$0.isDrop }
          } ?? false
        })
      else { continue }
      let name = "facts of \(id.abbreviated)"
      for (line, text) in try changes.edit(id).facts().lines.enumerated() {
        let (subject, prompt) = try FactKey.question(ofLine: text, file: name)
        builder.subjects.append((FactKey(subject).hash, id, UInt32(line)))
        builder.prompts.append(
          (FactKey(PromptTemplate.filling(prompt, with: subject)).hash, id, UInt32(line)))
      }
    }
  }

  /// Stores a segment, joined with those before it that are not much larger.
  private func keep(_ builder: Builder) throws {
    var segment = builder.segment
    segment.setEvents(builder.events)
    func postings(_ list: [(hash: UInt32, edit: EditID, line: UInt32)]) -> [FactPostings.Posting] {
      list.map {
        .init(hash: $0.hash, edit: UInt32(segment.place(of: $0.edit) ?? 0), line: $0.line)
      }
    }
    var subjects = postings(builder.subjects)
    var prompts = postings(builder.prompts)
    var joinedParts: [Part] = []
    while let last = parts.last {
      let (old, new) = (
        last.segment.commits.count + last.factCount, segment.commits.count + subjects.count
      )
      guard old <= 2 * new, old + new <= limit, let oldSubjects = try self.postings(.subject, last),
        let oldPrompts = try self.postings(.prompt, last)
      else { break }
      let joined = HistorySegment.joined(last.segment, segment)
      func moved(_ list: [FactPostings.Posting], _ places: [UInt32]) -> [FactPostings.Posting] {
        list.map { .init(hash: $0.hash, edit: places[Int($0.edit)], line: $0.line) }
      }
      subjects = moved(oldSubjects.all, joined.places.a) + moved(subjects, joined.places.b)
      prompts = moved(oldPrompts.all, joined.places.a) + moved(prompts, joined.places.b)
      segment = joined.segment
      joinedParts.append(parts.removeLast())
    }
    let key = segment.key
    let (subjectBytes, promptBytes) = (FactPostings.encode(subjects), FactPostings.encode(prompts))
    keep {
      try cache.store(Self.history, key, segment.bytes)
      try cache.store(Self.subjects, key, subjectBytes)
      try cache.store(Self.prompts, key, promptBytes)
      for part in joinedParts { remove(part) }
    }
    parts.append(
      Part(
        key: key, segment: segment, factCount: subjects.count,
        tables: isKept
          ? nil
          : Tables(
            subjects: FactPostings(encoded: subjectBytes),
            prompts: FactPostings(encoded: promptBytes))))
  }
}
