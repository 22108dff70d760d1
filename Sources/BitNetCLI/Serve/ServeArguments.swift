#if Server
public import ArgumentParser
public import BitNetServer

extension ServerLog.Format: ExpressibleByArgument {}
#endif
