import Checkpoint
import Testing

private func configuration(_ text: String) throws -> ModelConfiguration {
  try ModelConfiguration(parsing: Array(text.utf8), file: "config.json")
}

@Suite struct ModelConfigurationTests {
  let sample = """
    {"model_type":"llama","hidden_size":64,"eps":1e-5,"theta":10000,"act":"silu","tied":false,
     "none":null,"zero":0,"whole":8.0,"rope_scaling":{"factor":2.5,"type":"linear","n":"x"}}
    """

  @Test("values of each kind are read, null counts as missing")
  func values() throws {
    let config = try configuration(sample)
    #expect(config.modelType == "llama")
    #expect(try config.integer("hidden_size") == 64)
    #expect(try config.integer("whole") == 8)
    #expect(try config.integer("zero", in: 0...1) == 0)
    #expect(try config.double("eps") == 1e-5)
    #expect(try config.double("theta") == 10000)
    #expect(try config.string("act") == "silu")
    #expect(try config.bool("tied") == false)
    #expect(try config.optionalInteger("none") == nil)
    #expect(try config.optionalDouble("missing") == nil)
    #expect(try config.optionalString("missing") == nil)
    #expect(try config.optionalBool("missing") == nil)
    #expect(try config.optionalSection("missing") == nil)
    #expect(config["theta"] == .integer(10000))
    let scaling = try #require(try config.optionalSection("rope_scaling"))
    #expect(try scaling.double("factor") == 2.5)
    #expect(scaling.modelType == "llama")
  }

  @Test("a missing key is named with what it should be")
  func missing() throws {
    let config = try configuration(sample)
    #expect(
      throws: ConfigurationError.missing(
        file: "config.json", key: "n_head", expected: "a whole number from 1 to 2147483647")
    ) { try config.integer("n_head") }
    #expect(
      throws: ConfigurationError.missing(file: "config.json", key: "none", expected: "a string")
    ) { try config.string("none") }
  }

  @Test("a value of another kind or out of range is named with what was found, through all levels")
  func unexpected() throws {
    let config = try configuration(sample)
    func error(_ key: String, _ found: String, _ expected: String) -> ConfigurationError {
      .unexpected(file: "config.json", key: key, found: found, expected: expected)
    }
    #expect(throws: error("zero", "0", "a whole number from 1 to 2147483647")) {
      try config.integer("zero")
    }
    #expect(throws: error("act", "\"silu\"", "a number")) { try config.double("act") }
    #expect(throws: error("theta", "10000", "a string")) { try config.string("theta") }
    #expect(throws: error("theta", "10000", "true or false")) { try config.optionalBool("theta") }
    #expect(throws: error("theta", "10000", "an object")) { try config.optionalSection("theta") }
    let scaling = try #require(try config.optionalSection("rope_scaling"))
    #expect(throws: error("rope_scaling.n", "\"x\"", "a whole number from 1 to 9")) {
      try scaling.integer("n", in: 1...9)
    }
    #expect(
      scaling.unexpected("type", expected: "one of two")
        == error("rope_scaling.type", "\"linear\"", "one of two"))
  }

  @Test("text that is not JSON, not an object or without model_type", arguments: ["{", "[]", "{}"])
  func refused(text: String) {
    #expect(throws: CheckpointError.self) { try configuration(text) }
  }
}
