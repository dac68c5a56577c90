/**
 * The code that the SAP Cloud SDK generates imports the type `BigNumber` by name, which the types of
 * bignumber.js 11 for CommonJS do not offer.
 */
import BigNumber = require('../node_modules/bignumber.js/dist/bignumber.cjs');

export { BigNumber, BigNumber as default };
