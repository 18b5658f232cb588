export * from '../values/secret-material';
