/// What the program that started this process says about the run: how many processes it started.
package struct ProcessLaunch: Equatable {
    /// The environment variable that says it.
    package let variable: String
    /// The number of processes, at least 1.
    package let size: Int

    /// Set by Open MPI's mpirun; by that of MPICH, Intel MPI and MVAPICH; by Slurm's srun.
    ///
    /// In this order, because an mpirun may itself be started by srun.
    package static let variables = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"]

    /// nil when the process was started on its own.
    package init?(environment: [String: String]) throws {
        for variable in Self.variables {
            guard let value = environment[variable] else { continue }
            guard let size = Int(value), size > 0 else {
                throw TrainingError(
                    .communication,
                    "The environment variable \(variable) is \"\(value)\"; expected a number of "
                        + "processes. Unset it, or start the run with mpirun.")
            }
            self.variable = variable
            self.size = size
            return
        }
        return nil
    }
}
