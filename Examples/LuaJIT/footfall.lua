-- The client library for LuaJIT: one module on its ffi, to be copied beside a player's own scripts.
--
--     local client = require("footfall").open()
--     client:track("Product Viewed", '{"sku":"21754"}')
--
-- Properties are JSON as text, by whichever library a player has for it. What becomes of an event
-- is a status, 0 for done, with its words behind it: a player goes on without the event.
local ffi = require("ffi")

-- As they stand in footfall.h.
ffi.cdef [[
typedef uint32_t footfall;
typedef int32_t footfall_status;
typedef struct footfall_options footfall_options;
const char *footfall_status_text(footfall_status status);
footfall_status footfall_open(const footfall_options *options, footfall *client);
footfall_status footfall_track_bytes(
    footfall client, const char *event, size_t event_bytes, const char *properties,
    size_t properties_bytes, uint32_t flags);
footfall_status footfall_identify(footfall client, const char *user, const char *traits);
footfall_status footfall_visit_start(footfall client);
footfall_status footfall_visit_end(footfall client);
footfall_status footfall_flush(footfall client, uint32_t timeout_milliseconds);
footfall_status footfall_close(footfall client);
]]

local library = ffi.load("libfootfall.so.1")
local Client = {}
Client.__index = Client

local footfall = { CRITICAL = 1, AMBIENT = 2 }
local INVALID = 3

local function told(status)
    return status, ffi.string(library.footfall_status_text(status))
end

-- Opens a client; nil and why where there can be none.
function footfall.open()
    local handle = ffi.new("footfall[1]")
    local status = library.footfall_open(nil, handle)
    if status ~= 0 then return nil, select(2, told(status)) end
    return setmetatable({ handle = handle[0] }, Client)
end

-- Hands over one event; never waits.
function Client:track(event, properties, flags)
    return told(library.footfall_track_bytes(
        self.handle, event, #event, properties, properties and #properties or 0, flags or 0))
end

-- Says who the shopper is; the agent hashes both before it stores anything.
function Client:identify(user, traits)
    -- The library would take them for whoever has the text before a zero.
    if (user .. (traits or "")):find("\0", 1, true) then return told(INVALID) end
    return told(library.footfall_identify(self.handle, user, traits))
end

-- A shopper comes to the kiosk, and leaves it.
function Client:visit_start() return told(library.footfall_visit_start(self.handle)) end
function Client:visit_end() return told(library.footfall_visit_end(self.handle)) end

-- Waits until all is stored on the device, or so long: 0 or less only asks, 49 days are the most.
function Client:flush(seconds)
    local milliseconds = math.min(math.max(0, seconds * 1000), 2^32 - 1)
    return told(library.footfall_flush(self.handle, milliseconds))
end

-- Closes it; a second time does no harm.
function Client:close() return told(library.footfall_close(self.handle)) end

return footfall
