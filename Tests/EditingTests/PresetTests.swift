import Editing
import TestSupport
import Testing
import Transformer

/// The numbers are those of the authors' files, written down a second time.
@Suite("Published hyperparameters, chosen by a model's shape")
struct PresetTests {
  private let tiny: ModelArchitecture

  init() throws { tiny = try TinyEditing().model.architecture }

  private func shape(_ family: String, _ layers: Int, _ width: Int, _ inner: Int)
    -> ModelArchitecture
  {
    var shape = tiny
    (shape.family, shape.layerCount) = (family, layers)
    (shape.width, shape.innerWidth) = (width, inner)
    return shape
  }

  @Test("MEMIT's for GPT-J, GPT-2 XL, GPT-NeoX, two Llamas and Qwen2")
  func memit() throws {
    func values(
      _ layers: ClosedRange<Int>, steps: Int, rate: Double, decay: Double, clamp: Double,
      weight: Double
    ) -> MEMITHyperparameters {
      MEMITHyperparameters(
        layers: Array(layers),
        target: TargetSettings(
          gradientSteps: steps, learningRate: rate, weightDecay: decay,
          clampFactor: clamp, klFactor: 0.0625), momentWeight: weight)
    }
    for (shape, expected) in [
      (
        shape("gptj", 28, 4096, 16384),
        values(3...8, steps: 25, rate: 0.5, decay: 0.5, clamp: 0.75, weight: 15000)
      ),
      (
        shape("gpt2", 48, 1600, 6400),
        values(13...17, steps: 20, rate: 0.5, decay: 0.5, clamp: 0.75, weight: 20000)
      ),
      (
        shape("gpt_neox", 44, 6144, 24576),
        values(6...10, steps: 20, rate: 0.5, decay: 0.5, clamp: 0.8, weight: 6000)
      ),
      (
        shape("llama", 32, 4096, 14336),
        values(4...8, steps: 25, rate: 0.1, decay: 0.5, clamp: 0.75, weight: 15000)
      ),
      (
        shape("llama", 32, 4096, 11008),
        values(4...8, steps: 25, rate: 0.5, decay: 1e-3, clamp: 4, weight: 15000)
      ),
      (
        shape("qwen2", 28, 3584, 18944),
        values(4...8, steps: 25, rate: 0.5, decay: 1e-3, clamp: 4, weight: 15000)
      ),
    ] {
      #expect(try MEMITHyperparameters.preset(for: shape) == expected, "\(shape.summary)")
    }
  }

  @Test("ROME's layer and clamp")
  func rome() throws {
    for (shape, layer, clamp) in [
      (shape("gpt2", 24, 1024, 4096), 8, 3.0), (shape("gpt2", 36, 1280, 5120), 12, 4),
      (shape("gpt2", 48, 1600, 6400), 17, 4), (shape("gptj", 28, 4096, 16384), 5, 4),
      (shape("gpt_neox", 44, 6144, 24576), 15, 4),
    ] {
      let found = try ROMEHyperparameters.preset(for: shape)
      #expect(found.layer == layer && found.target.clampFactor == clamp, "\(shape.summary)")
      #expect(
        found.target.gradientSteps == 20 && found.target.learningRate == 0.5
          && found.target.weightDecay == 0.5)
    }
  }

  @Test(
    "another family, depth or width is another model: refused with those that are known",
    arguments: [
      ("gptj", 27, 4096, 16384), ("gptj", 28, 4095, 16384), ("gptj", 28, 4096, 16383),
      ("gpt2", 28, 4096, 16384),
    ])
  func others(family: String, layers: Int, width: Int, inner: Int) throws {
    let other = shape(family, layers, width, inner)
    for error in [
      #expect(throws: EditingError.self) { try MEMITHyperparameters.preset(for: other) },
      #expect(throws: EditingError.self) { try ROMEHyperparameters.preset(for: other) },
    ] {
      guard case .noPreset(family, layers, width, let known) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(known.contains("GPT-J 6B") && known.contains("GPT-2 XL"))
    }
  }
}
