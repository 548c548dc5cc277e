import{a}from"./chunk-REHIQKPT.js";import"./chunk-4OAVWN3L.js";import"./chunk-OKLYHQGT.js";import"./chunk-K2F42YIX.js";import"./chunk-FOVRS2L6.js";import"./chunk-IYWUY3VA.js";export{a as initialize};
