#define _GNU_SOURCE
#include "CPlatform.h"
