package import Checkpoint
internal import FoundationEssentials
package import LinearAlgebra

/// The files under `Fixtures/`, found beside the sources that the tests were built from.
package enum Fixture {
  /// The absolute path of a file or folder under `Fixtures/`.
  package static func path(_ relative: String) -> String {
    let file = #filePath
    let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(root)/Fixtures/\(relative)"
  }

  /// The bytes of a fixture.
  package static func bytes(_ relative: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(relative))))
  }
}

/// Tensors that other people's programs computed.
package struct Reference {
  private let file: SafetensorsFile

  /// Opens a safetensors file under `Fixtures/`.
  package init(_ relative: String) throws {
    file = try SafetensorsFile(path: Fixture.path(relative))
  }

  /// The name is not in the file.
  package struct Missing: Error {
    package let name: String
  }

  /// Any tensor's bytes and extents.
  package func view(_ name: String) throws -> TensorView {
    guard let view = file.tensor(named: name) else { throw Missing(name: name) }
    return view
  }

  /// A float tensor widened to float64, its extents folded to a matrix of its last one.
  package func matrix(_ name: String) throws -> Matrix<Double> {
    let view = try view(name)
    let columns = view.shape.last ?? 1
    let count = view.shape.reduce(1, *)
    let values: [Double] =
      switch view.elementType {
      case .float64:
        (0..<count).map { view.bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
      default:
        (0..<count).map {
          Double(view.bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self))
        }
      }
    return Matrix(rows: columns == 0 ? 0 : count / columns, columns: columns, values)
  }

  /// An int64 tensor, flattened.
  package func integers(_ name: String) throws -> [Int] {
    let view = try view(name)
    return (0..<view.shape.reduce(1, *)).map {
      Int(view.bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self))
    }
  }
}
