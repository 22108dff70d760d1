#if Server
import Testing

import BitNetServer

@Test("An error of the server says what it was made with")
func serverErrorDescribesItself() {
    #expect("\(ServerError("port 80: permission denied"))" == "port 80: permission denied")
}
#endif
