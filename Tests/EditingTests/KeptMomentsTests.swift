import Editing
import LinearAlgebra
import Synchronization
import Testing

@Suite("Moments that stay in memory")
struct KeptMomentsTests {
  /// Counts what it is asked.
  private final class Source: SecondMomentSource {
    let asked = Mutex<[String]>([])

    func matrix(layer: Int) -> Matrix<Double> {
      asked.withLock { $0.append("matrix \(layer)") }
      return Matrix(rows: 8, columns: 8) { $0 == $1 ? Double(layer + 1) : 0 }
    }

    func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
      asked.withLock { $0.append("solver \(layer)") }
      return try CachedFactorSolve(
        factor: Cholesky(factoring: Matrix(rows: 8, columns: 8) { $0 == $1 ? 4 : 0 }),
        weight: weight)
    }
  }

  private static let square = 8 * 8 * 8

  @Test(
    "as many squares stay as there is room for; the others come anew each time",
    arguments: [(0, 9), (square - 1, 9), (square, 7), (2 * square, 5), (3 * square, 3)])
  func room(bytes: Int, asked: Int) throws {
    let source = Source()
    let kept = KeptMoments(source, keeping: bytes)
    for _ in 0..<3 {
      for layer in 0..<3 {
        #expect(try kept.solver(layer: layer, weight: 2).weight == 2)
      }
    }
    #expect(source.asked.withLock { $0.count } == asked)
  }

  @Test("matrices and solvers share the room")
  func shared() throws {
    let source = Source()
    let kept = KeptMoments(source, keeping: 2 * Self.square)
    for _ in 0..<2 {
      #expect(try kept.matrix(layer: 0)[1, 1] == 1)
      #expect(try kept.solver(layer: 0, weight: 2).weight == 2)
      #expect(try kept.matrix(layer: 1)[1, 1] == 2)
    }
    #expect(
      source.asked.withLock { $0 } == ["matrix 0", "solver 0", "matrix 1", "matrix 1"])
  }
}
