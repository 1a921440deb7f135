internal import Glibc
internal import Synchronization

/// Programs that this process has started for its own sake, to be ended when a signal ends it: alone they would go on without
/// its locks. Ctrl-C reaches them by itself, a signal to this process does not.
///
/// Whoever handles signals asks to be told of the first one, as with ``UnfinishedFiles``.
package enum RunningPrograms {
  private struct State: ~Copyable {
    var processes: Set<pid_t> = []
    var announce: (@Sendable () -> Void)?
  }

  private static let state = Mutex(State())
  private static let isEnding = Atomic<Bool>(false)

  /// Has something done once, before the first is noted.
  package static func beforeTheFirst(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.announce = action }
  }

  /// Ends all of them and waits until they are gone: they tidy up, too.
  package static func endAll() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    let processes = state.withLock { $0.processes }
    for process in processes { kill(process, SIGTERM) }
    for process in processes {
      var end = siginfo_t()
      // Left to be waited for by the thread that started it.
      while waitid(P_PID, id_t(process), &end, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    }
  }

  /// Waits for the end of a program, which is ended if a signal comes before that.
  package static func wait(for program: SpawnedProgram) -> SpawnedProgram.Ending {
    let ending = program.wait()
    state.withLock { _ = $0.processes.remove(program.process) }
    // That it was ended here is nothing to tell: this process ends, too.
    while isEnding.load(ordering: .sequentiallyConsistent) { pause() }
    return ending
  }

  /// Notes a program that has just been started.
  package static func begin(_ program: SpawnedProgram) {
    let announce = state.withLock { state in
      state.processes.insert(program.process)
      let action = state.announce
      state.announce = nil
      return action
    }
    announce?()
  }
}
