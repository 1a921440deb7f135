internal import LinearAlgebra
internal import Store
internal import Workflows

extension CommonOptions {
  /// The repository that the command works in: named, or found by walking upwards.
  func openRepository(
    _ console: Console, checking check: EditRepository.OpeningCheck = .format
  ) throws -> EditRepository {
    let location = try RepositoryLocation.find(
      named: namedRepository(in: console.environment), from: Paths.workingDirectory)
    let repository = try EditRepository(
      opening: location, GitEnvironment(variables: console.environment), checking: check)
    console.follow(colors: try repository.usesColors())
    return repository
  }

  /// The repository with the means to run its model, and to sign what is recorded in it.
  func openWorkspace(
    _ console: Console, _ compute: ComputeOptions, _ signing: SigningOptions? = nil
  ) throws -> Workspace {
    // Threads work on rows of their own; inside a call, OpenBLAS's would only spin.
    KernelThreads.set(1)
    let repository = try openRepository(console)
    if let signing { repository.signing = signing.request }
    return Workspace(
      repository, workers: Workers(compute.threadCount),
      memory: compute.memoryLimit, progress: console.progress)
  }
}

extension Console {
  /// Shows a result that may be long, through the pager that Git's settings have for a command.
  func page(_ view: some View, _ command: String, in repository: EditRepository) throws {
    let pager = try repository.pager(of: command)
    try pager.isUsed ? page(view, corePager: pager.program) : show(view)
  }
}
