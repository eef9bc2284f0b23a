-- One visit to a kiosk, from the first touch to the sale.
--
--     luajit kiosk.lua
local footfall = require("footfall")

local client = assert(footfall.open())
local exit_code = 0

local function check(what, status, text)
    if status ~= 0 then
        io.stderr:write("kiosk: ", what, ": ", text, "\n")
        exit_code = 1
    end
end

check("visit", client:visit_start())
check("view", client:track("Product Viewed", '{"sku":"21754","price":5.95}'))
check("order", client:track(
    "Order Completed", '{"order":4711,"revenue":11.9,"currency":"EUR"}', footfall.CRITICAL))
check("visit", client:visit_end())
check("flush", client:flush(5))
client:close()
os.exit(exit_code)
