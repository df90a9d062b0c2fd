-- A busted output handler: a dot a spec, failures in full, the table of
-- servers and behaviours, and the closing line that counts.
local board = require "support.board"

return function(options)
  local handler = require "busted.outputHandlers.base" ()
  local busted = require "busted"
  local failed = {}

  local function note(element, _, message)
    failed[#failed + 1] = { name = handler.getFullName(element),
      trace = element.trace, message = message }
  end

  function handler.testEnd(_, _, status)
    if not options.quiet then
      io.write(status == "success" and "." or status == "pending" and "p" or "F")
      io.flush()
    end
    return nil, true
  end

  function handler.exitSuite()
    local passed = handler.successesCount
    local bad = handler.failuresCount + handler.errorsCount + handler.pendingsCount
    io.write "\n"
    for _, list in ipairs { handler.failures, handler.errors, handler.pendings } do
      for _, f in ipairs(list) do
        local message = f.message
        if type(message) == "table" then message = tostring(message) end
        io.write("\nFAILED ", f.name or "?", "\n  ",
          f.trace and f.trace.short_src or "", ":",
          f.trace and tostring(f.trace.currentline) or "", "\n  ",
          tostring(message or "pending"), "\n")
        if f.trace and f.trace.traceback and f.trace.message then
          io.write(f.trace.traceback, "\n")
        end
      end
    end
    io.write("\n", board.text(), ("\n%d passed, %d failed\n"):format(passed, bad))
    io.flush()
    return nil, true
  end

  busted.subscribe({ "test", "end" }, handler.testEnd,
    { predicate = handler.cancelOnPending })
  busted.subscribe({ "suite", "end" }, handler.exitSuite)
  handler.note = note
  return handler
end
