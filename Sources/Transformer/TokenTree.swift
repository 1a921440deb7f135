/// Token sequences in which equal prefixes exist once.
///
/// Causal attention makes a token's hidden states a function of the tokens before it alone, so
/// sequences with a common prefix share them exactly. A node is one token after one prefix; parents
/// come before their children, and the new part of an inserted sequence lies contiguously.
package struct TokenTree: Sendable {
  /// The token of each node.
  package private(set) var tokens: [Int32] = []
  /// The position of each node's token in its sequence, from 0.
  package private(set) var positions: [Int32] = []
  /// The node before each node; -1 at the start of a sequence.
  package private(set) var parents: [Int32] = []
  /// Whose each node is: 0 for anybody's. Nodes of different owners are never shared.
  package private(set) var owners: [Int32] = []

  private struct Edge: Hashable {
    let parent: Int32
    let token: Int32
    let owner: Int32
  }
  private var children: [Edge: Int32] = [:]

  /// A tree without tokens.
  package init() {}

  /// The number of nodes.
  package var count: Int { tokens.count }

  /// Adds a sequence.
  ///
  /// - Parameters:
  ///   - sequence: the tokens.
  ///   - owner: whose the tokens from `privateFrom` on are; 0 lets all of them be shared.
  ///   - privateFrom: the first position that belongs to `owner`.
  /// - Returns: the node of each token.
  package mutating func insert(
    _ sequence: some Collection<Int32>, owner: Int32 = 0, privateFrom: Int = .max
  ) -> [Int32] {
    var path: [Int32] = []
    path.reserveCapacity(sequence.count)
    var parent: Int32 = -1
    for (position, token) in sequence.enumerated() {
      let edge = Edge(parent: parent, token: token, owner: position < privateFrom ? 0 : owner)
      if let node = children[edge] {
        parent = node
      } else {
        let node = Int32(tokens.count)
        children[edge] = node
        tokens.append(token)
        positions.append(Int32(position))
        parents.append(parent)
        owners.append(edge.owner)
        parent = node
      }
      path.append(parent)
    }
    return path
  }

  /// Adds one token after a node, never shared: how generation extends a sequence.
  package mutating func append(_ token: Int32, after parent: Int32) -> Int32 {
    let node = Int32(tokens.count)
    tokens.append(token)
    positions.append(parent < 0 ? 0 : positions[Int(parent)] + 1)
    parents.append(parent)
    owners.append(0)
    return node
  }

  /// The nodes before a node, from the start of its sequence.
  func ancestors(of node: Int32) -> [Int32] {
    var chain: [Int32] = []
    var next = parents[Int(node)]
    while next >= 0 {
      chain.append(next)
      next = parents[Int(next)]
    }
    chain.reverse()
    return chain
  }
}
