// Hands over names of each length with a byte of each kind at each place:
//
//     names FOLDER MOST
#include "check.h"

int main(int argc, char **argv) {
    (void)argc;
    footfall client = open_client(argv[1], 0, 0);
    int most = atoi(argv[2]);
    const char kinds[] = {1, 0x1f, ' ', '!', '"', '#', '[', '\\', ']', 0x7f};
    for (int length = 1; length <= most; length++)
        for (int place = 0; place < length; place++)
            for (size_t kind = 0; kind < sizeof kinds; kind++) {
                char name[100] = {0};
                memset(name, 'a', (size_t)length);
                name[place] = kinds[kind];
                footfall_status status;
                while ((status = footfall_track(client, name, NULL, 0)) == FOOTFALL_FULL)
                    CHECK(footfall_flush(client, 20000), FOOTFALL_OK);
                CHECK(status, FOOTFALL_OK);
            }
    CHECK(footfall_flush(client, 20000), FOOTFALL_OK);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
