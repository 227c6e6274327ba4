import * as fc from 'fast-check'

// Properties that name no seed draw the same cases in each run, so that a change decides whether they pass, and not chance. Others are drawn with
// WATERTIGHT_RANDOM=1.
if (process.env['WATERTIGHT_RANDOM'] === undefined)
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_260_102 })
