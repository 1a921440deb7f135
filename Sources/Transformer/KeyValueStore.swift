/// Keys and values of tokens that later passes attend to, layer by layer.
///
/// Row i of a layer holds all heads' keys, then all heads' values, of the i-th stored token; keys are
/// already rotated.
final class KeyValueStore {
  private var layers: [FloatRows?]
  private let width: Int

  /// Room for `layerCount` layers of rows of `2 * keyValueWidth`.
  init(layerCount: Int, keyValueWidth: Int) {
    layers = Array(repeating: nil, count: layerCount)
    width = 2 * keyValueWidth
  }

  /// The rows of a layer, if any were stored.
  subscript(layer: Int) -> FloatRows? { layers[layer] }

  /// Makes sure that `rows` rows fit, keeping those that are there.
  func reserve(rows: Int, layer: Int) -> FloatRows {
    if let present = layers[layer], present.rows >= rows { return present }
    let grown = FloatRows(rows: max(rows, 2 * (layers[layer]?.rows ?? 0)), columns: width)
    if let present = layers[layer] {
      grown.base.update(from: present.base, count: present.rows * width)
    }
    layers[layer] = grown
    return grown
  }
}
