import BitNetTraining
import Testing

@Suite struct CommunicatorsTests {
    @Test(arguments: [[:], ["OMPI_COMM_WORLD_SIZE": "1"], ["PMI_SIZE": "1"]])
    func aProcessStartedAloneIsAlone(environment: [String: String]) throws {
        let communicator = try Communicators.current(environment: environment)
        #expect(communicator is SingleProcess)
        #expect(communicator.rank == 0)
        #expect(communicator.size == 1)
        #expect(communicator.localSize == 1)
        try communicator.barrier()
        try communicator.finish()
    }

    @Test(arguments: ProcessLaunch.variables)
    func theLauncherSaysHowManyProcessesThereAre(variable: String) throws {
        let launch = try #require(try ProcessLaunch(environment: [variable: "4"]))
        #expect(launch.variable == variable)
        #expect(launch.size == 4)
    }

    @Test func theInnerLauncherCounts() throws {
        let environment = ["SLURM_STEP_NUM_TASKS": "2", "OMPI_COMM_WORLD_SIZE": "8"]
        let launch = try #require(try ProcessLaunch(environment: environment))
        #expect(launch.size == 8)
    }

    @Test(arguments: ["", "two", "0", "-3"])
    func aNumberOfProcessesThatIsNoneIsRefused(value: String) throws {
        let error = try #require(throws: TrainingError.self) {
            try Communicators.current(environment: ["PMI_SIZE": value])
        }
        #expect(error.code == .communication)
        #expect(error.message.contains("PMI_SIZE is \"\(value)\""))
    }

    #if !MPI
    @Test(arguments: ProcessLaunch.variables)
    func severalProcessesWithoutMPIAreRefused(variable: String) throws {
        let error = try #require(throws: TrainingError.self) {
            try Communicators.current(environment: [variable: "4"])
        }
        #expect(error.code == .communication)
        #expect(error.message.contains("4 processes were started (\(variable))"))
        #expect(error.message.contains("--traits MPI"))
    }
    #endif

    @Test func theErrorOfABodyComesThrough() async throws {
        await #expect(throws: TrainingError.self) {
            try await Communicators.run { _ in throw TrainingError(.nonFinite, "loss") }
        }
    }

    @Test func theResultOfABodyComesThrough() async throws {
        #expect(try await Communicators.run { $0.size } == 1)
    }

    @Test func processesShareTheProcessors() {
        func threads(_ ranks: Int, _ online: Int, _ allowed: Int) -> Int {
            Communicators.defaultThreads(localRanks: ranks, online: online, allowed: allowed)
        }
        #expect(threads(1, 8, 8) == 8)
        #expect(threads(2, 8, 8) == 4)
        #expect(threads(3, 8, 8) == 2)
        #expect(threads(4, 2, 2) == 1)
        #expect(threads(2, 8, 1) == 1)
        #expect(threads(0, 8, 8) == 8)
        #expect(Communicators.defaultThreads(localRanks: 1_000_000) == 1)
    }
}
