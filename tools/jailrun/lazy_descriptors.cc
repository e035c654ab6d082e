// Every generated .pb.cc, libprotobuf's own included, has a static object that parses and indexes its
// file's descriptor before main(): 84% of the instructions of `jailrun version`, 0.1 ms. Most runs never
// look at a descriptor; one that does (JSON, text format) registers that file and those it imports at its
// first use anyway (AssignDescriptorsImpl calls AddDescriptors). So the linker's --wrap (CMakeLists.txt)
// gives those objects this constructor instead. Nothing here looks a message up by a name alone, the one
// thing that would miss the objects. In the command only: the library leaves its users what they expect.
extern "C" void
__wrap__ZN6google8protobuf8internal20AddDescriptorsRunnerC1EPKNS1_15DescriptorTableE(  // NOLINT
    void* /*runner*/, const void* /*table*/) {}
