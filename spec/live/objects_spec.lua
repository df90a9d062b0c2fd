-- The objects on a real server; README says which environment variables name it.

local objects = require "support.objects"
local satchel = require "satchel"

describe("on a server", function()
  local function env(name) return os.getenv("SATCHEL_LIVE_" .. name) end

  objects(function(n)
    return satchel.connect { user = assert(env("USER" .. n), "SATCHEL_LIVE_USER" .. n),
      password = env("PASSWORD" .. n), url = env "URL", tls = env "CA" and { ca = env "CA" } }
  end)
end)
