/// What a header says, before anything of it is believed.
struct WrittenHeader {
  struct Tensor {
    let name: String
    var elementType: String?
    var shape: [Int]?
    var offsets: [Int]?
  }

  private(set) var tensors: [Tensor] = []
  private(set) var metadata: [String: String] = [:]

  init(_ text: UnsafeRawBufferPointer, file: String) throws(JSONError) {
    var reader = JSONReader(text, file: file)
    var hasMetadata = false
    try reader.beginObject()
    while let name = try reader.nextKey() {
      if name == "__metadata__" {
        guard !hasMetadata else { throw reader.error(.duplicateKey(name)) }
        hasMetadata = true
        metadata = try Self.readMetadata(&reader)
      } else {
        tensors.append(try Self.readTensor(named: name, &reader))
      }
    }
    try reader.finish()
  }

  private static func readMetadata(_ reader: inout JSONReader) throws(JSONError) -> [String: String]
  {
    var pairs: [String: String] = [:]
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard pairs.updateValue(try reader.readString(), forKey: key) == nil else {
        throw reader.error(.duplicateKey(key))
      }
    }
    return pairs
  }

  private static func readTensor(
    named name: String, _ reader: inout JSONReader
  ) throws(JSONError) -> Tensor {
    var tensor = Tensor(name: name)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "dtype":
        guard tensor.elementType == nil else { throw reader.error(.duplicateKey(key)) }
        tensor.elementType = try reader.readString()
      case "shape":
        guard tensor.shape == nil else { throw reader.error(.duplicateKey(key)) }
        tensor.shape = try readIntegers(&reader)
      case "data_offsets":
        guard tensor.offsets == nil else { throw reader.error(.duplicateKey(key)) }
        tensor.offsets = try readIntegers(&reader)
      default: try reader.skipValue()
      }
    }
    return tensor
  }

  /// A list of whole numbers; what comes after the first hundred is dropped, to be refused for its length.
  private static func readIntegers(_ reader: inout JSONReader) throws(JSONError) -> [Int] {
    var numbers: [Int] = []
    try reader.beginArray()
    while try reader.nextElement() {
      let number = try reader.readInteger()
      if numbers.count < 100 { numbers.append(number) }
    }
    return numbers
  }
}
