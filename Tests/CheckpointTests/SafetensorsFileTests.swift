import Checkpoint
import Diagnostics
import Files
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  @Test("tensors are found by name and show their bytes where they lie")
  func views() throws {
    let directory = try TemporaryDirectory()
    let bytes = TinySafetensors.file([
      .init("x", .float32, [1, 3], [1, 2, 3]), .init("y", .float16, [2], [4, 5]),
    ])
    let path = try directory.write(bytes, to: "m.safetensors")
    let view: TensorView
    do {
      let file = try SafetensorsFile(path: path)
      #expect(file.tensor(named: "z") == nil)
      #expect(file.tensors.map(\.name) == ["x", "y"])
      #expect(Array(file.headerBytes) == Array(bytes.dropLast(16)))
      view = try #require(file.tensor(named: "x"))
    }
    // The file object is gone; the view keeps the mapping.
    #expect(view.shape == [1, 3])
    #expect(view.elementCount == 3)
    #expect(Array(view.bytes) == Array(bytes.dropLast(4).suffix(12)))
  }

  @Test("header bytes and tensors in order, written again, are the file")
  func rewriteIsIdentical() throws {
    let directory = try TemporaryDirectory()
    let bytes = TinySafetensors.file(
      [.init("x", .float32, [3], [1, 2, 3]), .init("b", "U8", [5], [1, 2, 3, 4, 5])],
      metadata: "{ \"format\" : \"pt\", \"z\":\"1\",\"a\":\"2\" }")
    let file = try SafetensorsFile(path: try directory.write(bytes, to: "in"))
    let copy = try AtomicFile(replacing: directory["out"])
    try copy.append(file.headerBytes)
    for tensor in file.tensors { try copy.append(tensor.bytes) }
    try copy.commit()
    #expect(try directory.read("out") == bytes)
  }

  @Test("what the writer writes, the reader reads: random tensors and strange names")
  func writerRoundTrip() throws {
    let directory = try TemporaryDirectory()
    var generator = SeededGenerator(seed: 7)
    for round in 0..<40 {
      var declared: [TensorDeclaration] = []
      for i in 0..<Int.random(in: 0...6, using: &generator) {
        let type = ElementType.allCases.randomElement(using: &generator) ?? .float32
        let rank = Int.random(in: 0...3, using: &generator)
        let shape = (0..<rank).map { _ in Int.random(in: 0...4, using: &generator) }
        let name = ["w\"\\\n\u{1}", "ü", "h.0.w", "../../x", "", "\u{1F600}/\t"][i]
        declared.append(TensorDeclaration(name: name, elementType: type, shape: shape))
      }
      let metadata = round % 2 == 0 ? [:] : ["format": "pt", "q\"": "\u{7}"]
      let contents = declared.map { tensor in
        (0..<(tensor.byteCount ?? 0)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      }
      let writer = try SafetensorsWriter(
        replacing: directory["w"], tensors: declared, metadata: metadata)
      for content in contents { try writer.append(content) }
      try writer.commit()
      let file = try SafetensorsFile(path: directory["w"])
      #expect(file.header.metadata == metadata)
      #expect(file.headerBytes.count % 8 == 0)
      for (tensor, content) in zip(declared, contents) {
        let view = try #require(file.tensor(named: tensor.name))
        #expect(view.declaration == tensor)
        #expect(Array(view.bytes) == content)
      }
    }
  }

  @Test("a writer that is dropped leaves nothing")
  func droppedWriter() throws {
    let directory = try TemporaryDirectory()
    do {
      let writer = try SafetensorsWriter(
        replacing: directory["w"],
        tensors: [TensorDeclaration(name: "x", elementType: .uint8, shape: [9])])
      try writer.append([1, 2])
    }
    #expect(try listDirectory(directory.path) == [])
  }

  @Test("a missing file and a damaged one are refused by name")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("hello", to: "bad")
    #expect(throws: CheckpointError.safetensors(.shorterThanLength(file: path, bytes: 5))) {
      try SafetensorsFile(path: path)
    }
    let error = #expect(throws: CheckpointError.self) {
      try SafetensorsFile(path: directory["none"])
    }
    guard case .file(let failure) = error else { throw try #require(error) }
    #expect(failure.isAbsence)
  }
}
