#pragma once
// Nothing is called by name: what stands in WipedMemory.c takes the place of the C library's.
