export { deviceContract, type DeviceUnderTest, type StartDevice } from './device.contract.js';
